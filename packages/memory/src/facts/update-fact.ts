import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { asPartOf, currentWork } from '../space/work-chain.ts'
import { distinct, joinLabels } from '../values/access.ts'
import { conflictPause, mostConflicts } from '../values/back-off.ts'
import { VersionConflictError } from '../values/errors.ts'
import type { ReadFactOptions, SetFactOptions, UpdateFactOptions } from './fact-options.ts'
import type { Fact } from './fact.ts'

/** The methods of facts that an update is made of. */
interface ReadAndSet {
  read<T>(key: string, options?: ReadFactOptions): Promise<Fact<T> | undefined>
  set<T>(key: string, value: T, options: SetFactOptions): Promise<Fact<T>>
}

/**
 * Runs updates of one key in one thread one after the other: they would only conflict with each other.
 *
 * @throws DeadlockError when an update waits for the one that it is part of; what the update throws.
 */
export function queueUpdate<T>(space: Space, actor: Actor, key: string, update: () => Promise<T>): Promise<T> {
  const { updating } = space
  const name = `facts/${key}`
  const chain = currentWork()
  const before = updating.get(key)
  const begin = (): Promise<T> => asPartOf([...chain, name], update)
  const own = before ? actor.waits.during(before, { chain, anyOf: () => [name] }, actor.audience).then(begin) : begin()
  const settled = Promise.allSettled([before, own]).then(() => {
    if (updating.get(key) === settled) updating.delete(key)
  })
  updating.set(key, settled)
  return own
}

/** Applies a change to a fact, again with the newer value each time that another writer came first. */
export async function updateFact<T>(
  facts: ReadAndSet,
  actor: Actor,
  key: string,
  change: (value: T | undefined) => T | Promise<T>,
  options: UpdateFactOptions,
): Promise<Fact<T>> {
  let fact = await facts.read<T>(key)
  for (let attempt = 1; ; attempt += 1) {
    const next = await change(fact?.value)
    try {
      return await facts.set(key, next, { ...carryOver(actor, fact, options), ifVersion: fact?.version ?? 0 })
    } catch (error) {
      if (!(error instanceof VersionConflictError) || attempt >= mostConflicts) throw error
      await conflictPause(attempt)
      // Not what the error names: among busy writers, that is old by now, and the next attempt would fail as well.
      fact = await facts.read<T>(key, { consistency: 'strong' })
    }
  }
}

/** What an update keeps of the fact where the options say nothing. The label can only rise, and subjects only join. */
function carryOver(actor: Actor, fact: Fact | undefined, options: UpdateFactOptions): UpdateFactOptions {
  if (!fact) return options
  const { task, tags, importance } = fact
  // What is made of a value is about the same.
  const subject = distinct([...fact.subjects, ...[options.subject ?? []].flat()])
  const ttlMs = remainingMs(actor, fact)
  const wanted = { sensitivity: options.sensitivity ?? 'public', compartments: options.compartments ?? [] }
  return {
    ...(task !== undefined && { task }),
    ...(importance !== undefined && { importance }),
    ...(ttlMs !== undefined && { ttlMs }),
    tags,
    ...options,
    ...(subject.length > 0 && { subject }),
    ...joinLabels([fact, wanted]),
  }
}

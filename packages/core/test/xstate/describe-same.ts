import { createFlock, durable } from '@skein/core'
import type { AgentRef } from '@skein/core'
import { virtualClock } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'
import type * as XState from 'xstate'

import { cases } from './machines.ts'
import type { Case, CaseStep, Kit } from './machines.ts'

/** Declares that agents do with each machine what plain XState does. @param x - The copy of XState that makes the machines. */
export function describeSame(name: string, x: typeof XState): void {
  describe(name, () => {
    for (const [what, make] of Object.entries(cases)) {
      it(what, async () => {
        const words: (readonly unknown[])[] = []
        const kit: Kit = { x, log: (...said) => void words.push(said) }
        const bare = await runBare(make(kit), x, words)
        const same = make(kit)
        // The second one may begin with what the first has made.
        for (let time = 0; time < 2; time += 1) {
          words.length = 0
          expect(await runAgent(same, words)).toEqual(bare)
        }
      })
    }
  })
}

/** What is seen after each step. */
type Trace = readonly {
  readonly step: CaseStep | 'start'
  readonly seen: unknown
  readonly said: readonly (readonly unknown[])[]
}[]

async function runBare({ logic, input, steps }: Case, x: typeof XState, words: (readonly unknown[])[]): Promise<Trace> {
  const clock = virtualClock()
  const make = (snapshot?: XState.Snapshot<unknown>): XState.AnyActor => {
    const actor = x.createActor(logic, { clock, input, ...(snapshot && { snapshot }) })
    actor.subscribe({ error: () => {} })
    return actor.start()
  }
  let actor = make()
  const trace = await follow(
    steps,
    () => actor.getSnapshot(),
    words,
    clock,
    async (step) => {
      if (step !== 'restore') return actor.send(step)
      const saved = structuredClone(
        JSON.parse(JSON.stringify(actor.getPersistedSnapshot())),
      ) as XState.Snapshot<unknown>
      actor.stop()
      actor = make(saved)
    },
  )
  actor.stop()
  return trace
}

async function runAgent({ logic, input, steps }: Case, words: (readonly unknown[])[]): Promise<Trace> {
  const clock = virtualClock()
  await using memory = await openMemory({ store: mapStore() })
  let flock = await createFlock({ memory, clock, threads: 1 })
  const isDurable = steps.includes('restore')
  const saved = isDurable ? durable(logic, { name: 'saved' }) : undefined
  const options = { id: 'agent', input }
  let ref = (saved ? await flock.spawnDurable(saved, options) : flock.spawn(logic, options)) as AgentRef
  const trace = await follow(
    steps,
    () => ref.snapshot,
    words,
    clock,
    async (step) => {
      if (step !== 'restore') return ref.send(step)
      await flock.close()
      flock = await createFlock({ memory, clock, threads: 1 })
      ref = (await flock.resume([saved as never])).resumed[0] as AgentRef
    },
  )
  await flock.close()
  return trace
}

async function follow(
  steps: readonly CaseStep[],
  look: () => unknown,
  words: (readonly unknown[])[],
  clock: ReturnType<typeof virtualClock>,
  take: (step: Exclude<CaseStep, number>) => Promise<void>,
): Promise<Trace> {
  const trace: Trace[number][] = []
  for (const step of ['start' as const, ...steps]) {
    if (typeof step !== 'number' && step !== 'start') await take(step as Exclude<CaseStep, number>)
    // Promises and callbacks have their turn.
    await clock.advance(typeof step === 'number' ? step : 0)
    await clock.advance(0)
    trace.push({ step, seen: viewOf(look()), said: words.splice(0) })
  }
  return trace
}

interface AnySnapshot {
  readonly status: string
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly tags?: ReadonlySet<string>
  readonly children?: Readonly<Record<string, XState.AnyActorRef | undefined>>
  readonly getMeta?: () => unknown
}

function viewOf(snapshot: unknown): unknown {
  const { status, value, context, output, error, tags, children = {}, getMeta } = snapshot as AnySnapshot
  return {
    status,
    value,
    context: JSON.stringify(context),
    output,
    error: error instanceof Error ? error.message : error,
    tags: tags && [...tags],
    meta: getMeta?.call(snapshot),
    // XState leaves the children of a failed machine running; those of an agent are stopped.
    ...(status !== 'error' && {
      children: Object.entries(children).map(([id, child]) => [id, viewOf(child?.getSnapshot())]),
    }),
  }
}

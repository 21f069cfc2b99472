import { hash } from 'node:crypto'

import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import type { Marked, Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import { guardOf } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { RecordKey } from '../store/record.ts'
import { AccessError, NotFoundError, OptionError, VersionConflictError } from '../values/errors.ts'
import { copyJson, decodeJson, encodeJson, requireValue } from '../values/json.ts'
import { outlast } from '../values/outlast.ts'
import { limits } from '../values/limits.ts'
import { requireFilter, requireInteger, requireStrings } from '../values/require-option.ts'
import { escalationFilterKinds, escalationInputKinds } from './escalation-input.ts'
import type { EscalationFilter, EscalationInput } from './escalation-input.ts'
import { escalationPackage } from './escalation-package.ts'
import type { EscalationPackage } from './escalation-package.ts'
import { hasEnded, toEscalation } from './escalation.ts'
import type { Escalation, EscalationState, EscalationValue } from './escalation.ts'
import { touchRecord } from './touch-record.ts'
import type { TouchOptions } from './touch-record.ts'
import { requireOptions } from '../values/require-options.ts'

/** A waiter polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000

/** Hands tasks over to people with everything known about them, and waits for the answers. */
export class Escalations {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Asks a person. Asking the same question about the same task under the same label
   * again returns the same escalation, answered or not. Without a question the reason counts.
   *
   * @throws OptionError, AccessError, FenceError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const agent = memory.as({ id: 'ann', role: 'sales' })
   * const person = memory.as({ id: 'eve', role: 'support' })
   *
   * const { id } = await agent.escalations.open({ task: 't1', reason: 'The discount is above my limit.', question: 'Grant 20 %?' })
   * const answered = agent.escalations.answered(id)
   * await person.escalations.take(id)
   * await person.escalations.answer(id, { granted: true })
   * const { answer } = await answered
   * answer // => { granted: true }
   * await memory.close()
   * ```
   */
  async open(input: EscalationInput): Promise<Escalation> {
    const { reason, question, assignedTo, ...options } = requireOptions('escalations.open', input, escalationInputKinds)
    requireStrings('task', [options.task])
    requireText('reason', reason)
    if (question !== undefined) requireText('question', question)
    if (assignedTo !== undefined) requireStrings('assignedTo', [assignedTo])
    this.#space.assertOpen()
    const meta = await this.#actor.describe(options)
    const id = hash(
      'sha256',
      encodeJson([options.task, question ?? reason, meta.sensitivity, meta.compartments]),
      'hex',
    ).slice(0, 32)
    const value: EscalationValue = {
      state: 'open',
      reason,
      openedBy: this.#actor.principal.id,
      ...(question !== undefined && { question }),
      ...(assignedTo !== undefined && { assignedTo }),
    }
    const known = await this.#find(id)
    if (known) return toEscalation(known)
    try {
      return await this.#write(keyOf(id), value, meta, 0, options)
    } catch (error) {
      // Another agent asked the same at the same time.
      const theirs = error instanceof VersionConflictError ? await this.#find(id) : undefined
      if (!theirs) throw error
      return toEscalation(theirs)
    }
  }

  /** Takes an escalation, so that others see it is being handled. @throws NotFoundError, OptionError when it is not open. */
  take(id: string): Promise<Escalation> {
    return this.#step(id, ['open'], (value) => ({ ...value, state: 'taken', takenBy: this.#actor.principal.id }))
  }

  /** Returns a taken escalation to the queue. @throws NotFoundError, OptionError, AccessError when another has it. */
  release(id: string): Promise<Escalation> {
    return this.#step(id, ['taken'], (value) => ({ ...value, state: 'open', takenBy: undefined }))
  }

  /**
   * Answers an escalation. All who wait for it resume.
   *
   * @param answer - Any JSON data.
   * @throws ValueError, NotFoundError, OptionError when it has ended, AccessError when another has it.
   */
  async answer(id: string, answer: unknown): Promise<Escalation> {
    requireValue(answer, '$.answer')
    // Before the first await: the caller may still change it.
    const kept = copyJson(answer, '$.answer')
    return this.#step(id, ['open', 'taken'], (value) => ({ ...value, state: 'answered', answer: kept }))
  }

  /**
   * Declines the request. All who wait for it learn that it must not be carried out, and why.
   *
   * @throws OptionError when it has ended or there is no reason, NotFoundError, AccessError when another has it.
   */
  async decline(id: string, why: string): Promise<Escalation> {
    requireText('why', why)
    return this.#step(id, ['open', 'taken'], (value) => ({ ...value, state: 'declined', answer: why }))
  }

  /** Hands it back: the agents continue without an answer. @throws as `answer` */
  async handBack(id: string, why: string): Promise<Escalation> {
    requireText('why', why)
    return this.#step(id, ['open', 'taken'], (value) => ({ ...value, state: 'handed-back', answer: why }))
  }

  /** The present state of an escalation. @throws NotFoundError */
  async get(id: string): Promise<Escalation> {
    return toEscalation(await this.#record(id))
  }

  /**
   * Gives an escalation a new time to live from now; all else stays. Only its last writer, or a principal with the
   * right `erase`, may set an earlier end.
   *
   * @returns whether the escalation exists and this principal can see it.
   * @throws OptionError; AccessError without the right; FenceError when the claim was lost; StoreError
   */
  async touch(id: string, options: TouchOptions): Promise<boolean> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    return touchRecord(this.#actor, keyOf(id), options, { call: 'escalations.touch' })
  }

  /** Escalations that this principal can see, oldest first. */
  async list(filter: EscalationFilter = {}): Promise<Escalation[]> {
    const { state, task, assignedTo, limit = 100 } = requireOptions('escalations.list', filter, escalationFilterKinds)
    requireInteger('limit', limit, 1, limits.page)
    requireFilter({ task, assignedTo })
    this.#space.assertOpen()
    const found: Escalation[] = []
    let after: number | undefined
    do {
      const query = { collection: 'escalations', task, order: 'oldest', limit: 500, after } as const
      const page = await this.#actor.query(query)
      const items = page.records.map((record) => toEscalation(record))
      found.push(
        ...items
          .filter((item) => state === undefined || item.state === state)
          .filter(
            (item) => assignedTo === undefined || item.assignedTo === undefined || item.assignedTo === assignedTo,
          ),
      )
      after = page.next
    } while (after !== undefined && found.length < limit)
    return found.slice(0, limit)
  }

  /**
   * Everything known about the task of an escalation that this principal may see,
   * and, with the right `administer`, the number of records left out.
   *
   * @throws NotFoundError
   */
  async package(id: string): Promise<EscalationPackage> {
    return escalationPackage(this.#actor, toEscalation(await this.#record(id)))
  }

  /**
   * Waits until an escalation is answered, declined or handed back, and outlasts outages of the store.
   *
   * @throws NotFoundError; the signal's reason.
   */
  async answered<Answer = unknown>(
    id: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Escalation<Answer>> {
    const { signal } = requireOptions('escalations.answered', options, { signal: 'object' })
    const { epochs } = this.#space
    const slot = epochs.slotOf('escalations', id)
    for (let noting: 'read' | 'unnoted' = 'read'; ; noting = 'unnoted') {
      signal?.throwIfAborted()
      const seen = epochs.newsOf(slot)
      const onOutage = (error: unknown): void => this.#space.noteOutage(error)
      const escalation = toEscalation<Answer>(await outlast(() => this.#record(id, noting), { signal, onOutage }))
      if (hasEnded(escalation)) return escalation
      await epochs.untilNews(slot, seen, fallbackPollMs, signal)
    }
  }

  async #step(
    id: string,
    from: readonly EscalationState[],
    next: (value: EscalationValue) => EscalationValue,
  ): Promise<Escalation> {
    for (;;) {
      const record = await this.#record(id)
      const value = decodeJson(record.value) as EscalationValue
      if (!from.includes(value.state))
        throw new OptionError('id', `an escalation that is ${from.join(' or ')}`, value.state)
      if (value.takenBy !== undefined && value.takenBy !== this.#actor.principal.id) {
        throw new AccessError(this.#actor.principal.id, `"${value.takenBy}" to give it back first`)
      }
      try {
        const { task, tags, importance, derivedFrom, sensitivity, compartments } = record
        const { id: author } = this.#actor.principal
        const own = { author, task, tags, importance, derivedFrom, sensitivity, compartments }
        const ttlMs = remainingMs(this.#actor, record)
        return await this.#write(
          keyOf(id),
          next(value),
          this.#actor.mark(own),
          record.version,
          ttlMs === undefined ? {} : { ttlMs },
        )
      } catch (error) {
        // Another write came first: look at the new state.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
  }

  async #write(
    key: RecordKey,
    value: EscalationValue,
    meta: Marked,
    ifVersion: number,
    options: Pick<WriteOptions, 'ttlMs' | 'claim'> = {},
  ): Promise<Escalation> {
    const text = encodeJson(value)
    const { ttlMs } = options
    const mutation = { type: 'set', key, value: text, meta, ifVersion, ttlMs, guard: guardOf(options) } as const
    return toEscalation(this.#actor.wrote(key, text, meta, await this.#actor.writeOne(mutation)))
  }

  async #find(id: string, noting?: 'read' | 'unnoted'): Promise<Shown | undefined> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    return this.#actor.read(keyOf(id), noting)
  }

  async #record(id: string, noting?: 'read' | 'unnoted'): Promise<Shown> {
    const record = await this.#find(id, noting)
    if (!record) throw new NotFoundError('escalation', id)
    return record
  }
}

function keyOf(id: string): RecordKey {
  return { collection: 'escalations', id }
}

function requireText(option: string, value: string): void {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 100_000) return
  throw new OptionError(option, 'a non-empty string of at most 100,000 characters', value)
}

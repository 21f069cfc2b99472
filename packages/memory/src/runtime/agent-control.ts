import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { requireWriteOptions } from '../space/write-options.ts'
import type { RecordKey } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { newId } from '../values/new-id.ts'
import { requireDuration, requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { orderLifeMs, ordersTask, ring } from './agent-orders.ts'
import type { AgentOrder, OrderOutcome, StoredOrder } from './agent-orders.ts'
import { ControlError } from './control-error.ts'

/** How to give an order. */
export interface ControlOptions {
  /** For the audit. */
  readonly why?: string
  /**
   * How long to wait for the process that runs the agent, in milliseconds. An order that nobody took by then is void.
   *
   * @defaultValue 5_000
   */
  readonly timeoutMs?: number
  /** Stops waiting, and withdraws the order if nobody took it yet. */
  readonly signal?: AbortSignal
}

/** How to send a message to an agent by order. */
export interface ControlSendOptions extends ControlOptions {
  /**
   * How sensitive the message is. The agent has to be cleared for it.
   *
   * @defaultValue 'public'
   */
  readonly sensitivity?: Label['sensitivity']
  /** @defaultValue none */
  readonly compartments?: readonly string[]
}

const controlKinds: OptionKinds<ControlOptions> = { why: 'string', timeoutMs: 'any', signal: 'object' }
const sendKinds: OptionKinds<ControlSendOptions> = { ...controlKinds, sensitivity: 'any', compartments: 'any' }

/** Fallback polling interval for the outcome, in milliseconds. */
const lookMs = 250

/**
 * Orders to running agents, for operators: principals with the right `control`. An order reaches the process that
 * runs the agent wherever it is, and each call resolves when that process has carried it out. The audit names every
 * order, who gave it and why.
 */
export class AgentControl {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Pauses an agent: it takes no messages and begins no activities until it is resumed. Activities that run go on to
   * their end. A durable agent stays paused wherever it is resumed. An agent that is paused already stays so.
   *
   * @throws OptionError; AccessError without the right; ControlError when no process runs the agent; StoreError
   */
  pause(agent: string, options: ControlOptions = {}): Promise<void> {
    return this.#give(agent, { do: 'pause' }, requireOptions('control.pause', options, controlKinds))
  }

  /** Lets a paused agent continue with its waiting messages. @throws as `pause` */
  resume(agent: string, options: ControlOptions = {}): Promise<void> {
    return this.#give(agent, { do: 'resume' }, requireOptions('control.resume', options, controlKinds))
  }

  /**
   * Ends an agent for good: its activities are aborted and its messages become dead letters. No host resumes it.
   *
   * @throws as `pause`
   */
  stop(agent: string, options: ControlOptions = {}): Promise<void> {
    return this.#give(agent, { do: 'stop' }, requireOptions('control.stop', options, controlKinds))
  }

  /**
   * Sends a message to an agent; resolves when it is in the mailbox.
   *
   * @throws as `pause`; ControlError also when the agent takes no such message, or is not cleared for it; ValueError
   */
  async send(agent: string, message: { readonly type: string }, options: ControlSendOptions = {}): Promise<void> {
    const { sensitivity, compartments, ...rest } = requireOptions('control.send', options, sendKinds)
    if (typeof (message as { readonly type?: unknown } | null)?.type !== 'string') {
      throw new OptionError('message', "an object such as { type: 'hurry' }", message)
    }
    const label = { ...(sensitivity !== undefined && { sensitivity }), ...(compartments && { compartments }) }
    requireWriteOptions(label)
    await this.#give(agent, { do: 'send', message }, rest, label)
  }

  /**
   * Cancels one run of an activity of an agent: to the agent, the activity has failed with an ActivityCancelledError, and
   * is not tried again.
   *
   * @param run - Its name in the events of the flock; or the id of its record in `work`, which any process can see.
   * @throws as `pause`; ControlError also when the run has ended.
   */
  cancel(agent: string, run: string, options: ControlOptions = {}): Promise<void> {
    requireStrings('run', [run])
    return this.#give(agent, { do: 'cancel', run }, requireOptions('control.cancel', options, controlKinds))
  }

  /**
   * Runs an activity again as the same agent, with the same input: its stored result is forgotten, and the next caller
   * gets the new one. Records made from the old one stay. Resolves when it has begun.
   *
   * @param run - The run that it repeats, named as for `cancel`.
   * @throws as `pause`; ControlError also when the run has not ended, or its flock no longer knows it: flocks keep 200.
   */
  rerun(agent: string, run: string, options: ControlOptions = {}): Promise<void> {
    requireStrings('run', [run])
    return this.#give(agent, { do: 'rerun', run }, requireOptions('control.rerun', options, controlKinds))
  }

  async #give(agent: string, order: AgentOrder, options: ControlOptions, label: Partial<Label> = {}): Promise<void> {
    const { why, timeoutMs = 5_000, signal } = options
    requireStrings('agent', [agent])
    if (why !== undefined) requireStrings('why', [why])
    requireDuration('timeoutMs', timeoutMs, 1)
    signal?.throwIfAborted()
    this.#space.assertOpen()
    this.#actor.requireRight('control', 'control', { collection: 'agents', id: agent })
    const { id: by } = this.#actor.principal
    const key: RecordKey = { collection: 'settings', id: `${ordersTask}/${newId()}` }
    const meta = this.#actor.mark({ ...(await this.#actor.describe(label)), task: ordersTask })
    const value = encodeJson({ agent, order, by } satisfies StoredOrder)
    const { sensitivity, compartments } = meta
    const reason = why === undefined ? order.do : `${order.do}: ${why}`
    const noted = { agent: by, action: 'control', outcome: 'hit', collection: 'agents', reason } as const
    await this.#actor.write([
      { type: 'set', key, value, meta, ttlMs: Math.max(orderLifeMs, timeoutMs) },
      ...this.#actor.plain([ring(by, key.id)]),
      this.#actor.audited([{ ...noted, sensitivity, compartments, ids: [[agent, 1]] }]),
    ])
    const outcome = await this.#outcomeOf(key, timeoutMs, signal)
    if (!outcome) throw new ControlError(agent, order.do, noneThere(timeoutMs))
    if (!outcome.isDone) throw new ControlError(agent, order.do, outcome.why)
  }

  /** Waits for the outcome; `undefined` when nobody took the order, which is void then. */
  async #outcomeOf(key: RecordKey, timeoutMs: number, signal?: AbortSignal): Promise<OrderOutcome | undefined> {
    const { epochs } = this.#space
    const slot = epochs.slotOf(key.collection, key.id)
    const until = performance.now() + timeoutMs
    for (;;) {
      const mark = epochs.newsOf(slot)
      const [record] = await this.#actor.unseen.read([key])
      const { outcome } = record ? (decodeJson(record.value) as StoredOrder) : {}
      const leftMs = until - performance.now()
      const isOver = outcome !== undefined || leftMs <= 0 || signal?.aborted === true || !record
      if (!isOver) {
        await epochs.untilNews(slot, mark, Math.min(lookMs, leftMs), signal).catch(() => {})
        continue
      }
      // By its version: an outcome that came meanwhile counts.
      const gone = await this.#actor.commit([{ type: 'delete', key, ifVersion: record?.version ?? 0 }], { over: false })
      if (!gone.ok) continue
      if (!outcome) signal?.throwIfAborted()
      return outcome
    }
  }
}

function noneThere(timeoutMs: number): string {
  return `no process that runs it answered within ${timeoutMs} ms. Check the agent's id, and that its flock is open.`
}

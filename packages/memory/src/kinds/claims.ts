import { publicLabel } from '../values/access.ts'
import { FenceError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { requireDuration, requireStrings } from '../values/require-option.ts'

import type { Actor } from '../space/actor.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { ClaimToken } from '../space/write-options.ts'
import type { Commit } from '../store/mutation.ts'
import type { RecordKey } from '../store/record.ts'
import { requireOptions } from '../values/require-options.ts'

/** Options of {@link Claims.claim}. */
export interface ClaimOptions {
  /**
   * How long the claim outlives its owner's last heartbeat, in milliseconds.
   *
   * @defaultValue 30_000
   */
  readonly leaseMs?: number
}

/** The owner of a task. */
export interface ClaimHolder extends ClaimToken {
  readonly agent: string
  /** Unix milliseconds, by the store's clock. */
  readonly since: number
}

/**
 * A task that belongs to this agent alone while the claim is held.
 *
 * It renews itself. Pass it to writes (`{ claim }`): the store refuses them once
 * the claim is lost.
 */
export interface Claim extends ClaimToken, AsyncDisposable {
  readonly task: string
  /** The fencing token: grows with each claim of the task, for ever. */
  readonly fence: number
  /** Aborts when the claim is lost. */
  readonly signal: AbortSignal
  /** Renews the claim now, for its own lease or a given one. @throws FenceError when it was lost. */
  extend(leaseMs?: number): Promise<void>
  /** Releases the task. Safe to call twice, or after the claim was lost. */
  release(): Promise<void>
}

/**
 * Claims on tasks: at most one agent works on each.
 *
 * A claim is a record whose time to live is the lease; see `LeaseKeeper`. Its
 * version is the fence.
 */
export class Claims {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Claims a task. Resolves to `undefined` when another agent holds it.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'worker' })
   * const bob = memory.as({ id: 'bob', role: 'worker' })
   * const claim = await ann.claims.claim('t1')
   * await bob.claims.claim('t1') // => undefined
   * if (!claim) throw new Error('Somebody else is at it.')
   *
   * await ann.facts.set('t1/result', 42, { claim })
   * await claim.release()
   * const refused = await ann.facts.set('t1/result', 43, { claim }).catch((error) => error)
   * refused.code // => 'SKEIN_FENCE'
   * ```
   */
  async claim(task: string, options: ClaimOptions = {}): Promise<Claim | undefined> {
    const { leaseMs = 30_000 } = requireOptions('claims.claim', options, { leaseMs: 'any' })
    requireStrings('task', [task])
    requireDuration('leaseMs', leaseMs, 10)
    this.#space.assertOpen()
    const { id: author } = this.#actor.principal
    const key = keyOf(task)
    // The task may be named after what was read.
    const meta = this.#actor.mark({ author, task, tags: [], derivedFrom: [], ...publicLabel })
    const value = encodeJson({ agent: author })
    // One claim at a time, whoever may see it.
    const commit = (mutation: OwnMutation): Promise<Commit> => this.#actor.commit([mutation], { over: false })
    const taken = await commit({ type: 'set', key, value, meta, ifVersion: 0, ttlMs: leaseMs })
    if (!taken.ok) return undefined
    const fence = taken.written[0]?.version ?? 0
    const lease = this.#space.leases.hold(key, fence, leaseMs)
    const release = async (): Promise<void> => {
      lease.stop()
      await commit({ type: 'delete', key, ifVersion: fence })
    }
    return {
      task,
      fence,
      signal: lease.signal,
      extend: async (ttlMs = leaseMs) => {
        requireDuration('leaseMs', ttlMs, 10)
        if (!(await commit({ type: 'touch', key, ifVersion: fence, ttlMs })).ok) throw new FenceError(task, fence)
      },
      release,
      [Symbol.asyncDispose]: release,
    }
  }

  /** The present owner of a task, if it has one. */
  async holder(task: string): Promise<ClaimHolder | undefined> {
    requireStrings('task', [task])
    this.#space.assertOpen()
    const record = await this.#actor.read(keyOf(task))
    if (!record) return undefined
    const { agent } = decodeJson(record.value) as { agent: string }
    return { task, fence: record.version, agent, since: record.updatedAt }
  }
}

function keyOf(task: string): RecordKey {
  return { collection: 'claims', id: task }
}

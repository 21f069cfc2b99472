import { publicLabel } from '../values/access.ts'
import { FenceError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { outlast } from '../values/outlast.ts'
import { requireDuration, requireStrings } from '../values/require-option.ts'
import { isSealed } from '../values/sealed-text.ts'

import type { Actor } from '../space/actor.ts'
import { hasEnded, ownProcess } from '../space/process-identity.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { ClaimToken } from '../space/write-options.ts'
import type { Commit } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of {@link Claims.claim}. */
export interface ClaimOptions {
  /**
   * How long the claim outlives its owner's last heartbeat, in milliseconds.
   *
   * @defaultValue 30_000
   */
  readonly leaseMs?: number
  /**
   * Whether to wait until the task is free. Otherwise a task that somebody holds is not claimed.
   *
   * @defaultValue false
   */
  readonly wait?: boolean
  /** Ends the wait; the claim rejects with its reason. */
  readonly signal?: AbortSignal
}

const kinds: OptionKinds<ClaimOptions> = { leaseMs: 'any', wait: 'boolean', signal: 'object' }

/** The owner of a task. */
export interface ClaimHolder extends ClaimToken {
  readonly agent: string
  /** Unix milliseconds, by the store's clock. */
  readonly since: number
}

/**
 * A task that belongs to this agent alone while it holds the claim.
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
 * version is the fence. A claim names the process that holds it, so one whose
 * process has ended on this machine is taken over at once: a new version fences
 * the old holder off, as any other taking does.
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
   * Claims a task. Resolves to `undefined` when another agent holds it, unless it waits for that.
   *
   * @throws OptionError, StoreError; the signal's reason.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
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
   * await memory.close()
   * ```
   */
  async claim(task: string, options: ClaimOptions = {}): Promise<Claim | undefined> {
    const { leaseMs = 30_000, wait = false, signal } = requireOptions('claims.claim', options, kinds)
    requireStrings('task', [task])
    requireDuration('leaseMs', leaseMs, 10)
    signal?.throwIfAborted()
    this.#space.assertOpen()
    const fence = wait ? await this.#waitFor(task, leaseMs, signal) : await this.#take(task, leaseMs)
    return fence === undefined ? undefined : this.#held(task, fence, leaseMs)
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

  /** Takes a task that nobody holds, or whose holder is dead; resolves to the fencing token. */
  async #take(task: string, leaseMs: number): Promise<number | undefined> {
    const key = keyOf(task)
    const free = await this.#write(task, leaseMs, 0)
    if (free !== undefined) return free
    // Claims are seen by all in this way: whether somebody holds a task is no secret.
    const [held] = await this.#actor.unseen.read([key])
    return held && hasEnded(holderOf(held)) ? this.#write(task, leaseMs, held.version) : undefined
  }

  async #waitFor(task: string, leaseMs: number, signal: AbortSignal | undefined): Promise<number> {
    const { epochs } = this.#space
    const key = keyOf(task)
    const slot = epochs.slotOf(key.collection, key.id)
    const onOutage = (error: unknown): void => this.#space.noteOutage(error)
    for (;;) {
      const seen = epochs.newsOf(slot)
      const fence = await outlast(() => this.#take(task, leaseMs), { signal, onOutage })
      if (fence !== undefined) return fence
      const [held] = await outlast(() => this.#actor.unseen.read([key]), { signal, onOutage })
      const leftMs = (held?.expiresAt ?? 0) - this.#actor.now()
      // A release is news; the end of a lease, or of a process, is none.
      await epochs.untilNews(slot, seen, Math.max(1, Math.min(fallbackPollMs, leftMs + 1)), signal)
      this.#space.assertOpen()
    }
  }

  async #write(task: string, ttlMs: number, ifVersion: number): Promise<number | undefined> {
    const { id: author } = this.#actor.principal
    // The task may be named after what was read.
    const meta = this.#actor.mark({ author, task, tags: [], derivedFrom: [], ...publicLabel })
    const value = encodeJson({ agent: author, process: ownProcess() })
    const taken = await this.#commit({ type: 'set', key: keyOf(task), value, meta, ifVersion, ttlMs })
    return taken.ok ? taken.written[0]?.version : undefined
  }

  #held(task: string, fence: number, leaseMs: number): Claim {
    const key = keyOf(task)
    const lease = this.#space.leases.hold(key, fence, leaseMs)
    const release = async (): Promise<void> => {
      lease.stop()
      await this.#commit({ type: 'delete', key, ifVersion: fence })
    }
    return {
      task,
      fence,
      signal: lease.signal,
      extend: async (ttlMs = leaseMs) => {
        requireDuration('leaseMs', ttlMs, 10)
        if (!(await this.#commit({ type: 'touch', key, ifVersion: fence, ttlMs })).ok) throw new FenceError(task, fence)
      },
      release,
      [Symbol.asyncDispose]: release,
    }
  }

  /** One claim at a time, regardless of who may see it. */
  #commit(mutation: OwnMutation): Promise<Commit> {
    return this.#actor.commit([mutation], { over: false })
  }
}

/** Who waits looks again at this interval, in milliseconds: hints may be lost, and processes end without one. */
const fallbackPollMs = 1_000

/** The process that holds a claim; of a claim that can't be opened, nobody knows it. */
function holderOf({ value }: StoredRecord): unknown {
  return isSealed(value) ? undefined : (decodeJson(value) as { readonly process?: unknown }).process
}

function keyOf(task: string): RecordKey {
  return { collection: 'claims', id: task }
}

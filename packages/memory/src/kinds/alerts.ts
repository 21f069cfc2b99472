import { warn } from '../values/warn.ts'
import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import { addressTag } from '../space/addressee.ts'
import type { Addressee } from '../space/addressee.ts'
import { MemoryClosedError, NotFoundError, OptionError } from '../values/errors.ts'
import { outlast } from '../values/outlast.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { recordPages } from '../store/record-pages.ts'
import { limits } from '../values/limits.ts'
import { requireCount, requireStrings } from '../values/require-option.ts'
import type { Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import { guardOf, writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { FeedTrimmedError } from '../space/watch.ts'
import { touchRecord } from './touch-record.ts'
import type { TouchOptions } from './touch-record.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { newId } from '../values/new-id.ts'

/** An urgent insight and its addressees: see {@link Alerts.send}. */
export interface AlertInput<Insight> extends Omit<WriteOptions, 'tags'> {
  readonly to: readonly Addressee[]
  /** A string, or any JSON data. */
  readonly insight: Insight
}

/** An alert as its addressee receives it. */
export interface Alert<Insight = unknown> {
  readonly id: string
  /** Its position in the feed: alerts of one sender arrive in this order. */
  readonly seq: number
  readonly from: string
  readonly insight: Insight
  readonly task: string | undefined
  readonly importance: number | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly sentAt: number
}

const { tags: _tags, ...plainKinds } = writeOptionKinds
const inputKinds: OptionKinds<AlertInput<unknown>> = { ...plainKinds, to: 'any', insight: 'any' }

const pageSize = 500

/**
 * Urgent insights. Each is stored until its addressee acknowledges it, and may
 * arrive more than once until then.
 *
 * There is one record per addressee. An agent's own is deleted when it acknowledges.
 * For a role's record, each agent of the role leaves an acknowledgement of its own.
 */
export class Alerts {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Sends an alert to agents and roles: to all of them, or on failure to none. There
   * may be 10,000 addressees.
   *
   * @throws ValueError, OptionError, AccessError, FenceError, StoreError
   */
  async send<Insight>(input: AlertInput<Insight>): Promise<void> {
    const { to, insight, ...options } = requireOptions('alerts.send', input, inputKinds)
    if (!Array.isArray(to) || to.length === 0) throw new OptionError('to', 'at least one agent or role', to)
    requireCount('to', to.length, limits.batch)
    const tags = [...new Set(to.map((one: Addressee) => addressTag(one)))]
    this.#space.assertOpen()
    const value = encodeJson(insight)
    const meta = await this.#actor.describe(options)
    const mutations = tags.map((tag) => {
      const key = keyOf(newId())
      return {
        type: 'set',
        key,
        value,
        meta: { ...meta, tags: [tag] },
        ttlMs: options.ttlMs,
        guard: guardOf(options),
      } as const
    })
    await this.#actor.write(mutations)
  }

  /**
   * The alerts for this agent or its role that it has not acknowledged, in sending order.
   *
   * @throws StoreError
   */
  async pending<Insight = unknown>(): Promise<Alert<Insight>[]> {
    const records = (await Promise.all(this.#myTags().map((tag) => this.#all(tag)))).flat()
    const acknowledged = await this.#actor.unseen.read(records.map(({ id }) => this.#ackKey(id)))
    const waiting = records.filter((_, index) => acknowledged[index] === undefined)
    const seen = this.#actor.seeAll('alerts', waiting)
    return seen.toSorted((a, b) => a.seq - b.seq).map((record) => toAlert<Insight>(record))
  }

  /**
   * Acknowledges an alert, so that it does not come again. An alert to a role may be
   * acknowledged twice.
   *
   * @throws NotFoundError when there is no such alert for this agent, or it was its own and is acknowledged already.
   */
  async ack(id: string): Promise<void> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    const [alert, before] = await this.#actor.unseen.read([keyOf(id), this.#ackKey(id)])
    if (before) return
    if (!alert || !this.#mine(alert)) throw new NotFoundError('alert', id)
    const { id: author } = this.#actor.principal
    if (alert.tags.includes(addressTag(author))) {
      await this.#actor.write([{ type: 'delete', key: keyOf(id) }])
      return
    }
    const { sensitivity, compartments } = alert
    const meta = this.#actor.mark({ author, tags: [ackTag(id)], derivedFrom: [], sensitivity, compartments })
    const ttlMs = remainingMs(this.#actor, alert)
    await this.#actor.write([{ type: 'set', key: this.#ackKey(id), value: 'true', meta, ttlMs }])
  }

  /**
   * Gives an alert for this agent or its role a new time to live from now. To end one for a role earlier is up to its
   * sender, or to those with the right `erase`, as it is for others, too.
   *
   * @returns whether the alert existed.
   * @throws OptionError; AccessError without the right; FenceError when the claim was lost; StoreError
   */
  async touch(id: string, options: TouchOptions): Promise<boolean> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    const [alert] = await this.#actor.unseen.read([keyOf(id)])
    if (alert && !this.#isMine(alert)) return false
    const { id: self } = this.#actor.principal
    return touchRecord(this.#actor, keyOf(id), options, {
      call: 'alerts.touch',
      mayEnd: ({ author, tags }) => author === self || tags.includes(addressTag(self)),
      // Who has acknowledged it must not get it again.
      companions: () => this.#all(ackTag(id)),
    })
  }

  /**
   * Calls back with each alert for this agent: first the pending ones, then each new one at once, in sending order. An
   * unacknowledged alert comes again with the next subscription. After an outage of the store it continues where it
   * was; after a loss of data it begins again with the pending ones.
   *
   * @returns how to stop it.
   */
  subscribe<Insight = unknown>(listener: (alert: Alert<Insight>) => void): () => void {
    const stop = new AbortController()
    this.#followOn(listener, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted && !(error instanceof MemoryClosedError)) warn(error)
    })
    return () => stop.abort()
  }

  async #followOn<Insight>(listener: (alert: Alert<Insight>) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(listener, signal)
      } catch (error) {
        if (!(error instanceof FeedTrimmedError)) throw error
      }
    }
  }

  async #follow<Insight>(listener: (alert: Alert<Insight>) => void, signal: AbortSignal): Promise<void> {
    const onOutage = (error: unknown): void => this.#space.noteOutage(error)
    const ride = <Result>(work: () => Promise<Result>): Promise<Result> => outlast(work, { signal, onOutage })
    const { last: after } = await ride(() => this.#actor.unseen.changes(Number.MAX_SAFE_INTEGER, 1))
    let newest = 0
    for (const alert of await ride(() => this.pending<Insight>())) {
      if (signal.aborted) return
      newest = alert.seq
      listener(alert)
    }
    for await (const change of this.#actor.watch('alerts/', { after, signal })) {
      if (change.op !== 'set' || change.seq <= newest) continue
      const [record] = await ride(() => this.#actor.unseen.read([keyOf(change.id)]))
      const mine = record && this.#mine(record)
      if (mine) listener(toAlert<Insight>(mine))
    }
  }

  async #all(tag: string): Promise<StoredRecord[]> {
    this.#space.assertOpen()
    const { audience, unseen } = this.#actor
    const all: StoredRecord[] = []
    const query = { collection: 'alerts', tags: [tag], audience, limit: pageSize } as const
    for await (const page of recordPages(unseen, query)) all.push(...page)
    return all
  }

  #myTags(): string[] {
    const { id, role } = this.#actor.principal
    return [addressTag(id), addressTag({ role })]
  }

  #mine(record: StoredRecord): Shown | undefined {
    return this.#isMine(record) ? this.#actor.see(record, record) : undefined
  }

  #isMine({ tags }: StoredRecord): boolean {
    return this.#myTags().some((tag) => tags.includes(tag))
  }

  #ackKey(id: string): RecordKey {
    return keyOf(`${id}/${this.#actor.principal.id}`)
  }
}

function toAlert<Insight>(record: Shown): Alert<Insight> {
  const { id, seq, author: from, task, importance, createdAt: sentAt } = record
  return { id, seq, from, insight: decodeJson(record.value) as Insight, task, importance, sentAt }
}

/** The tag of acknowledgements of an alert to a role. No address has it. */
function ackTag(id: string): string {
  return `ack:${id}`
}

function keyOf(id: string): RecordKey {
  return { collection: 'alerts', id }
}

import { warn } from '../values/warn.ts'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import type { Label } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { MemoryClosedError, VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { recordPages } from '../store/record-pages.ts'
import { requireStrings } from '../values/require-option.ts'
import { guardOf, writeAll } from '../space/space.ts'
import type { ClaimToken, Space } from '../space/space.ts'
import type { Mutation } from '../store/mutation.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { followFeed } from '../space/watch.ts'
import { workId } from '../work/work-id.ts'

/** How a saved agent stands. */
export type SavedAgentStatus = 'active' | 'done' | 'failed'

/** What is known of a saved agent without its state. */
export interface SavedAgentSummary {
  readonly id: string
  readonly role: string
  /** The name of its definition. */
  readonly definition: string
  readonly status: SavedAgentStatus
  /** How sensitive its state is: its clearance. */
  readonly label: Label
  /** Unix milliseconds, by the store's clock. */
  readonly updatedAt: number
}

/** What {@link savedAgentOf} looks at. */
export type SummarizedRecord = Pick<StoredRecord, 'id' | 'tags' | 'updatedAt'> & Label

/** A saved agent. */
export interface SavedAgent extends SavedAgentSummary {
  /** Grows with each save. */
  readonly version: number
  /** What its runtime saved. */
  readonly state: unknown
}

/** A message on its way to an agent. */
export interface Mail {
  readonly id: string
  /** Its place in the order of posting. */
  readonly seq: Seq
  readonly message: unknown
}

/** Which mail to read. */
export interface MailQuery {
  /** Only what was posted after the mail of this place. */
  readonly after?: Seq
  /** The first of them; all unless told. */
  readonly limit?: number
}

/** A message to hand over. */
export interface OutgoingMail {
  /** Id of an agent. */
  readonly to: string
  /** JSON data. */
  readonly message: unknown
  /** Posting another with the same id does nothing, as long as the first is there. */
  readonly id?: string
  /** How sensitive it is; as its sender's clearance unless told. */
  readonly label?: Label
}

/** What is saved of an agent, all in one atom. */
export interface SaveAgent {
  readonly definition: string
  readonly status: SavedAgentStatus
  /** JSON data. */
  readonly state: unknown
  /** Held by whoever runs the agent; `undefined` writes nothing. */
  readonly claim: ClaimToken
  /** How long it is kept, in milliseconds; for ever when left out. */
  readonly ttlMs?: number | undefined
  /** Mail that the state has taken in: it is removed. */
  readonly taken?: readonly string[]
  readonly outgoing?: readonly OutgoingMail[]
  /** Keys of work whose results the state has taken in: they are forgotten. */
  readonly finishedWork?: readonly string[]
}

/**
 * The states of durable agents, and the mail that waits for them. For runtimes:
 * what a state means is theirs.
 */
export class SavedAgents {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /** The saved agent with this principal's id, if there is one that it may see. */
  async load(): Promise<SavedAgent | undefined> {
    this.#space.assertOpen()
    const key = keyOf(this.#actor.principal.id)
    const [found] = await this.#space.store.read([key])
    const record = this.#actor.see(key, found)
    return record && { ...savedAgentOf(record), version: record.version, state: decodeJson(record.value) }
  }

  /**
   * Saves the state of this principal, whose clearance is its label; removes
   * and hands over mail in the same atom.
   *
   * @returns the version of what was saved.
   * @throws FenceError when the claim was lost; ValueError, StoreError
   */
  async save(saved: SaveAgent): Promise<number> {
    const { definition, status, state, claim, ttlMs, taken = [], outgoing = [], finishedWork = [] } = saved
    const { id: author, role } = this.#actor.principal
    const meta = {
      author,
      tags: [`definition:${definition}`, `status:${status}`, `role:${role}`],
      derivedFrom: [],
      ...this.#label,
    }
    const gone: RecordKey[] = [
      ...taken.map((id) => ({ collection: 'messages' as const, id })),
      ...finishedWork.map((key) => ({ collection: 'work' as const, id: workId(this.#actor.audience, key) })),
    ]
    const [written] = await writeAll(this.#space, this.#actor, [
      { type: 'set', key: keyOf(author), value: encodeJson(state), meta, ttlMs, guard: guardOf({ claim }) },
      ...gone.map((key): Mutation => ({ type: 'delete', key, author })),
      ...outgoing.map((mail) => this.#mutation(mail)),
    ])
    return written?.version ?? 0
  }

  /**
   * Hands over a message, which waits until its agent has taken it, whether that runs now or not.
   *
   * @returns its id.
   * @throws ValueError, StoreError
   */
  async post(mail: OutgoingMail): Promise<string> {
    requireStrings('to', [mail.to])
    this.#space.assertOpen()
    const mutation = this.#mutation(mail)
    try {
      await writeAll(this.#space, this.#actor, [mutation])
    } catch (error) {
      const isThere = mail.id !== undefined && error instanceof VersionConflictError
      if (!isThere) throw error
    }
    return mutation.key.id
  }

  /** What waits for this principal, in the order of posting. */
  async mail({ after, limit = Infinity }: MailQuery = {}): Promise<Mail[]> {
    this.#space.assertOpen()
    const { id: task } = this.#actor.principal
    const { audience } = this.#actor
    const found: StoredRecord[] = []
    for (let next = after; found.length < limit;) {
      const most = Math.min(pageSize, limit - found.length)
      const query = { collection: 'messages', order: 'oldest', task, audience, limit: most, after: next } as const
      const page = await this.#space.store.query(query)
      found.push(...page.records)
      next = page.next
      if (next === undefined) break
    }
    const seen = this.#actor.seeAll('messages', found)
    return seen.map(({ id, seq, value }) => ({ id, seq, message: decodeJson(value) }))
  }

  /**
   * Calls back with the agent that a mail is for, soon after it was posted
   * anywhere; with nothing when mail for anybody may have been missed.
   *
   * @returns how to stop it.
   */
  onMail(listener: (to: string | undefined) => void): () => void {
    const stop = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const { collection, op, task } of followFeed(this.#space, stop.signal)) {
        if (collection === 'messages' && op === 'set' && task !== undefined) listener(task)
      }
    }
    const followOn = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          await follow()
        } catch (error) {
          if (stop.signal.aborted || error instanceof MemoryClosedError) return
          warn(error)
          await pause(retryMs, undefined, { ref: false })
          listener(undefined)
        }
      }
    }
    void followOn()
    return () => stop.abort()
  }

  /**
   * All saved agents without their states, oldest first.
   *
   * Needs the right `administer`: a runtime has to know them all, whatever their clearance.
   *
   * @throws AccessError
   */
  async list(
    filter: { readonly status?: SavedAgentStatus; readonly definition?: string } = {},
  ): Promise<SavedAgentSummary[]> {
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    const tags = [
      ...(filter.status === undefined ? [] : [`status:${filter.status}`]),
      ...(filter.definition === undefined ? [] : [`definition:${filter.definition}`]),
    ]
    const cards: SavedAgentSummary[] = []
    const query = { collection: 'agents', tags, limit: pageSize } as const
    for await (const page of recordPages(this.#space.store, query))
      cards.push(...page.map((record) => savedAgentOf(record)))
    return cards
  }

  get #label(): Label {
    const { level: sensitivity, compartments } = this.#actor.audience
    return { sensitivity, compartments }
  }

  #mutation({ to, message, id, label = this.#label }: OutgoingMail): Extract<Mutation, { type: 'set' }> {
    const { id: author } = this.#actor.principal
    const meta = { author, task: to, tags: [], derivedFrom: [], ...label }
    const named = id === undefined ? {} : { ifVersion: 0 }
    return { type: 'set', key: mailKey(`${to}/${id ?? randomUUID()}`), value: encodeJson(message), meta, ...named }
  }
}

const pageSize = 500
/** Pause before the feed is followed again when the store failed, in milliseconds. */
const retryMs = 200

function keyOf(id: string): RecordKey {
  return { collection: 'agents', id }
}

function mailKey(id: string): RecordKey {
  return { collection: 'messages', id }
}

/** What the record of a saved agent says of it. */
export function savedAgentOf({ id, tags, sensitivity, compartments, updatedAt }: SummarizedRecord): SavedAgentSummary {
  const tagged = (name: string): string => tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
  return {
    id,
    role: tagged('role'),
    definition: tagged('definition'),
    status: tagged('status') as SavedAgentStatus,
    label: { sensitivity, compartments },
    updatedAt,
  }
}

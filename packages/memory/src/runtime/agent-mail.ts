import { setTimeout as pause } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import { FeedTrimmedError } from '../space/watch.ts'
import type { Seq } from '../store/record.ts'
import { hiddenSource } from '../store/source-name.ts'
import { distinct, joinLabels, labelText, parseLabel, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { requireInteger } from '../values/require-option.ts'
import { warn } from '../values/warn.ts'
import { newId } from '../values/new-id.ts'

/** A message on its way to an agent. */
export interface Mail {
  readonly id: string
  /** Of its record. */
  readonly version: number
  /** Its position in the order of posting. */
  readonly seq: Seq
  readonly message: unknown
  /** The label of what its sender had read. */
  readonly label: Label
  /** The span that it was posted in, see `Span.traceparent`. */
  readonly trace: string | undefined
}

/** A query for mail. */
export interface MailQuery {
  /** Only mail posted after this position. */
  readonly after?: Seq
  /** The maximum number; unlimited by default. */
  readonly limit?: number
}

/** A message to post. */
export interface OutgoingMail {
  /** Id of an agent. */
  readonly to: string
  /** JSON data. */
  readonly message: unknown
  /** Posting a second message with the same id does nothing while the first exists. */
  readonly id?: string
  /** Its label; by default the sender's clearance. */
  readonly label?: Label
  /** The label of what the sender has read, where that is less than the label: the receiver counts as having read that. */
  readonly read?: Label
  /** The span that it is posted in, see `Span.traceparent`. */
  readonly trace?: string | undefined
}

/** Pending mail of a principal, in the order of posting. @throws OptionError */
export async function readMail(actor: Actor, { after, limit = Infinity }: MailQuery): Promise<Mail[]> {
  if (limit !== Infinity) requireInteger('limit', limit, 1)
  if (after !== undefined) requireInteger('after', after, 0)
  const { id: task } = actor.principal
  const found: Shown[] = []
  for (let next = after; found.length < limit;) {
    const pageLimit = Math.min(pageSize, limit - found.length)
    const query = { collection: 'messages', order: 'oldest', task, limit: pageLimit, after: next } as const
    const page = await actor.query(query)
    found.push(...page.records)
    next = page.next
    if (next === undefined) break
  }
  return found.map((record) => {
    const { id, version, seq, value } = record
    return { id, version, seq, message: decodeJson(value), label: readLabelOf(record), trace: tagged(record, traceTag) }
  })
}

/**
 * Calls back with the recipient soon after mail was posted anywhere; with `undefined`
 * when mail may have been missed.
 *
 * @param onForgotten - Called with the agent soon after its saved state was forgotten.
 * @returns how to stop it.
 */
export function followMail(
  actor: Actor,
  listener: (to: string | undefined) => void,
  onForgotten: (agent: string) => void = () => {},
): () => void {
  const stop = new AbortController()
  const follow = async (): Promise<void> => {
    for await (const { collection, op, task, id } of actor.followUnseen(stop.signal)) {
      if (collection === 'messages' && op === 'set' && task !== undefined) listener(task)
      if (collection === 'agents' && op === 'delete') onForgotten(id)
    }
  }
  const followOn = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await follow()
      } catch (error) {
        if (stop.signal.aborted || error instanceof MemoryClosedError) return
        if (!(error instanceof FeedTrimmedError)) {
          warn(error)
          await pause(retryMs, undefined, { ref: false })
        }
        listener(undefined)
      }
    }
  }
  void followOn()
  return () => stop.abort()
}

/** The write that posts a message. */
export function mailMutation(
  actor: Actor,
  ownLabel: Label,
  { to, message, id, label = ownLabel, read, trace }: OutgoingMail,
): Extract<OwnMutation, { type: 'set' }> {
  const tags = read ? [tagOf(joinLabels([read, actor.scope?.label ?? publicLabel]))] : []
  if (trace !== undefined) tags.push(`${traceTag}${trace}`)
  // What work sends is forgotten with what it has read.
  const derivedFrom = distinct((actor.scope?.sources ?? []).map(hiddenSource)).toSorted()
  const meta = actor.mark({ author: actor.principal.id, task: to, tags, derivedFrom, ...label })
  const named = id === undefined ? {} : { ifVersion: 0 }
  return { type: 'set', key: mailKey(`${to}/${id ?? newId()}`), value: encodeJson(message), meta, ...named }
}

/** The key of a mail's record. */
export function mailKey(id: string): { readonly collection: 'messages'; readonly id: string } {
  return { collection: 'messages', id }
}

/** The tag that names what the sender had read. */
const readTag = 'read:'
/** The tag that names the span that it was posted in. */
const traceTag = 'trace:'

function tagOf({ sensitivity: level, compartments }: Label): string {
  return `${readTag}${labelText({ level, compartments })}`
}

function readLabelOf(record: Shown): Label {
  const { sensitivity, compartments } = record
  const label = tagged(record, readTag)
  return label === undefined ? { sensitivity, compartments } : parseLabel(label)
}

/** What a tag with this prefix says. */
function tagged({ tags }: Shown, prefix: string): string | undefined {
  return tags.find((one) => one.startsWith(prefix))?.slice(prefix.length)
}

const pageSize = 500
/** Pause before following the feed again after the store failed, in milliseconds. */
const retryMs = 200

import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import { hiddenSource } from '../store/source-name.ts'
import { distinct, joinLabels, labelText, parseLabel, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { requireInteger, requireLifetime } from '../values/require-option.ts'
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
  /** How long it waits at most, in milliseconds; for ever when left out. An agent's mail must not end like this. */
  readonly ttlMs?: number | undefined
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
  return found.map(mailOf)
}

/** Takes what waits at an address that is no agent's, whatever its label: it is removed. In the order of posting. */
export async function takeMail(actor: Actor, to: string): Promise<Mail[]> {
  const query = { collection: 'messages', order: 'oldest', task: to, limit: pageSize } as const
  const taken: Mail[] = []
  for (let after: Seq | undefined; ;) {
    const { records, next } = await actor.unseen.query({ ...query, after })
    for (const record of records) actor.used(record)
    taken.push(...records.map(mailOf))
    const deletes = records.map(({ id }): OwnMutation => ({ type: 'delete', key: mailKey(id) }))
    if (deletes.length > 0) await actor.commit(deletes, { over: false })
    if (next === undefined) return taken
    after = next
  }
}

/** The write that posts a message. */
export function mailMutation(
  actor: Actor,
  ownLabel: Label,
  { to, message, id, label = ownLabel, read, trace, ttlMs }: OutgoingMail,
): Extract<OwnMutation, { type: 'set' }> {
  const tags = read ? [tagOf(joinLabels([read, actor.scope?.label ?? publicLabel]))] : []
  if (trace !== undefined) tags.push(`${traceTag}${trace}`)
  // What work sends is forgotten with what it has read.
  const derivedFrom = distinct((actor.scope?.sources ?? []).map(hiddenSource)).toSorted()
  const meta = actor.mark({ author: actor.principal.id, task: to, tags, derivedFrom, ...label })
  if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
  const named = id === undefined ? {} : { ifVersion: 0 }
  return { type: 'set', key: mailKey(`${to}/${id ?? newId()}`), value: encodeJson(message), meta, ttlMs, ...named }
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

function mailOf(record: StoredRecord): Mail {
  const { id, version, seq, value } = record
  return { id, version, seq, message: decodeJson(value), label: readLabelOf(record), trace: tagged(record, traceTag) }
}

function readLabelOf(record: StoredRecord): Label {
  const { sensitivity, compartments } = record
  const label = tagged(record, readTag)
  return label === undefined ? { sensitivity, compartments } : parseLabel(label)
}

/** What a tag with this prefix says. */
function tagged({ tags }: StoredRecord, prefix: string): string | undefined {
  return tags.find((one) => one.startsWith(prefix))?.slice(prefix.length)
}

const pageSize = 500

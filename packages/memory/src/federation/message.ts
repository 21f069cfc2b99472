import { levelIndex, levels } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import type { KeyRing, SealedIdentity } from '../sealing/key-ring.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Collection } from '../store/collections.ts'
import { checkContent } from './check-content.ts'
import type { Content, SentRecord, ToldErasure } from './content.ts'
import type { FactState } from './fact-state.ts'

/**
 * A message before its body is opened. On the bus it is JSON text:
 *
 *     { skein: 1, from, by, to?, seals?, kind, name, body }
 *
 * `from` is the sending node, `by` one opening of its memory, and `to` the only
 * recipient, if given. `seals` is the lowest level that the sender seals. `name` is a `collection/id` or the id of a request. `body`
 * is JSON text; where its label requires, it is sealed like text at rest and
 * bound to all the other fields.
 */
export interface Envelope {
  readonly skein: 1
  readonly from: string
  readonly by: string
  readonly to?: string | undefined
  readonly seals?: Level | undefined
  readonly kind: Content['kind']
  readonly name: string
  readonly body: string
}

/** The sender and the recipient of a message. */
export type Address = Pick<Envelope, 'from' | 'by' | 'to'>

/** What a body is bound to. The label of its content is within it. */
function identityOf({ from, by, to, kind, name }: Omit<Envelope, 'skein' | 'seals' | 'body'>): SealedIdentity {
  return ['bus', name, 1, kind, from, by, to ?? null]
}

/** How a message is packed. */
export interface Packing {
  /** Whether its body is sealed. */
  readonly sealed: boolean
  /** The lowest level that the sender seals. */
  readonly seals: Level | undefined
}

/** The text of a message. @throws MissingKeyError when it must be sealed and there is no key. */
export function packMessage(ring: KeyRing, address: Address, content: Content, { sealed, seals }: Packing): string {
  const { from, by, to } = address
  const { kind } = content
  const name = nameOf(content)
  const plain = JSON.stringify(bodyOf(content))
  const body = sealed ? ring.sealText(plain, identityOf({ from, by, to, kind, name })) : plain
  return JSON.stringify({ skein: 1, from, by, to, seals, kind, name, body } satisfies Envelope)
}

/** Parses a message without opening its body. @throws CorruptRecordError when the text is not a message. */
export function unpackEnvelope(text: string): Envelope {
  const found = parse(text, 'a message') as Partial<Envelope> | null
  const texts = [found?.from, found?.by, found?.kind, found?.name, found?.body]
  if (found?.skein !== 1 || texts.some((one) => typeof one !== 'string')) throw corrupt('a message')
  if (found.seals !== undefined && !levels.includes(found.seals)) throw corrupt('a message')
  return found as Envelope
}

/**
 * Opens the body of a message.
 *
 * @throws MissingKeyError; CorruptRecordError when the body is invalid or was sealed in another envelope.
 */
export function openMessage(ring: KeyRing, envelope: Envelope): Content {
  const { kind, name, body } = envelope
  // Nodes of earlier versions bind the name alone.
  const text = isSealed(body) ? ring.openText(body, identityOf(envelope), ['bus', name, 1]) : body
  const fields = parse(text, name) as Record<string, unknown> | null
  if (typeof fields !== 'object' || fields === null) throw corrupt(name)
  const at = name.indexOf('/')
  const [collection, id] = [name.slice(0, at) as Collection, name.slice(at + 1)]
  try {
    // The casts are unchecked: checkContent checks every field.
    switch (kind) {
      case 'fact':
        return checkContent({ kind, key: id, state: fields['state'] as FactState })
      case 'record':
        return checkContent({ ...(fields as unknown as SentRecord), kind, key: { collection, id } })
      case 'object': {
        const bytes = Buffer.from(String(fields['bytes']), 'base64')
        return checkContent({ ...(fields as unknown as SentRecord), kind, id, bytes })
      }
      case 'erasure':
        return checkContent({ ...(fields as unknown as ToldErasure), kind, id: name })
      case 'gone':
      case 'ask':
      case 'answered':
        return { kind, id: kind === 'gone' ? id : name }
      default:
        throw corrupt(name)
    }
  } catch (cause) {
    throw corrupt(name, cause)
  }
}

/** Whether a message holds a record or the names of some, and not only news of the exchange itself. */
export function holdsRecord({ kind }: Content): boolean {
  return kind === 'fact' || kind === 'record' || kind === 'object' || kind === 'erasure'
}

/** The name of a message's subject, which may appear in warnings. */
function nameOf(content: Content): string {
  switch (content.kind) {
    case 'fact':
      return `facts/${content.key}`
    case 'record':
      return `${content.key.collection}/${content.key.id}`
    case 'object':
      return `objects/${content.id}`
    case 'gone':
      return `alerts/${content.id}`
    default:
      return content.id
  }
}

function bodyOf(content: Content): unknown {
  switch (content.kind) {
    case 'fact':
      return { state: content.state }
    case 'record':
      return sentPart(content)
    case 'object':
      return { ...sentPart(content), bytes: Buffer.from(content.bytes).toString('base64') }
    case 'erasure': {
      const { kind: _, id: __, ...told } = content
      return told
    }
    default:
      return {}
  }
}

function sentPart({ value, meta, expiresAt, revives }: SentRecord): SentRecord {
  return { value, meta, expiresAt, revives }
}

/** The highest sensitivity level in a message; public for those that hold no record. */
export function levelOf(content: Content): Level {
  if (content.kind === 'record' || content.kind === 'object') return content.meta.sensitivity
  if (content.kind === 'erasure') return content.sensitivity
  if (content.kind !== 'fact') return 'public'
  const found = content.state.entries.map(({ meta }) => meta.sensitivity)
  return found.toSorted((a, b) => levelIndex(b) - levelIndex(a))[0] ?? 'public'
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw corrupt(name, cause)
  }
}

function corrupt(name: string, cause?: unknown): CorruptRecordError {
  const advice = 'Check that only nodes write to the bus and that all of them run the same version of Skein.'
  return new CorruptRecordError('exchange', `The bus delivered ${name}, which is not valid. ${advice}`, {
    cause,
  })
}

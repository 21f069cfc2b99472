import { isUtf8 } from 'node:buffer'

import type { SerializerProtocol } from '@langchain/langgraph-checkpoint'

/** What a serializer made of a value: its type, and its bytes as text or in base64. */
export type Packed = readonly [type: string, data: string, encoding?: 'base64']

const utf8 = new TextEncoder()

/** Packs a value as JSON data. */
export async function pack(serde: SerializerProtocol, value: unknown): Promise<Packed> {
  const [type, bytes] = await serde.dumpsTyped(value)
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return isUtf8(data) ? [type, data.toString('utf8')] : [type, data.toString('base64'), 'base64']
}

/** The value that was packed: a new one each time. */
export async function unpack(serde: SerializerProtocol, [type, data, encoding]: Packed): Promise<unknown> {
  // Not a buffer, which may be part of a pool and would be shared with other values.
  return serde.loadsTyped(type, encoding ? new Uint8Array(Buffer.from(data, encoding)) : utf8.encode(data))
}

import { isUtf8 } from 'node:buffer'

import { ValueError } from '../values/errors.ts'
import { encodeJson, tooLarge } from '../values/json.ts'
import { limits } from '../values/limits.ts'

const json = 'application/json'

/**
 * The bytes of an object's content, and its default media type.
 *
 * @throws ValueError when the content is too large, no well-formed string or no JSON data.
 */
export function encodeContent(content: unknown): { bytes: Uint8Array; usual: string } {
  const encoded = bytesOf(content)
  const { length } = encoded.bytes
  if (length > limits.objectBytes) throw tooLarge(length, limits.objectBytes)
  return encoded
}

function bytesOf(content: unknown): { bytes: Uint8Array; usual: string } {
  if (content instanceof Uint8Array) return { bytes: content, usual: 'application/octet-stream' }
  if (typeof content === 'string') {
    if (!content.isWellFormed()) {
      throw new ValueError('$', 'a string with a lone surrogate', 'Repair it with toWellFormed(), or store bytes.')
    }
    return { bytes: Buffer.from(content, 'utf8'), usual: 'text/plain' }
  }
  return { bytes: Buffer.from(encodeJson(content, limits.objectBytes), 'utf8'), usual: json }
}

/**
 * Refuses bytes that can't be read as their media type: every reader would fail on them.
 *
 * @throws ValueError
 */
export function requireContent(bytes: Uint8Array, mediaType: string): void {
  if (isText(mediaType) && !isUtf8(bytes)) {
    throw new ValueError('$', `bytes that are not UTF-8, as ${mediaType}`, 'Pass the media type of the bytes.')
  }
  if (!isJson(mediaType)) return
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new ValueError(
      '$',
      `a text that is no JSON, as ${mediaType}`,
      'Give the data itself, or name the type of the text.',
    )
  }
}

/** Whether content of this media type is returned as a string, or as the data it encodes. */
export function isText(mediaType: string): boolean {
  return mediaType.startsWith('text/') || isJson(mediaType)
}

/** Whether content of this media type is returned as JSON data. */
export function isJson(mediaType: string): boolean {
  return mediaType === json || mediaType.endsWith('+json')
}

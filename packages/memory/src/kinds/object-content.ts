import { isUtf8 } from 'node:buffer'

import { ValueError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'

const json = 'application/json'

/** The bytes of an object's content, and its media type unless another one is named. */
export function encodeContent(content: unknown): { bytes: Uint8Array; usual: string } {
  if (content instanceof Uint8Array) return { bytes: content, usual: 'application/octet-stream' }
  if (typeof content === 'string') {
    if (!content.isWellFormed()) {
      throw new ValueError('$', 'text with half of a surrogate pair', 'Repair it with toWellFormed(), or store bytes.')
    }
    return { bytes: Buffer.from(content, 'utf8'), usual: 'text/plain' }
  }
  return { bytes: Buffer.from(encodeJson(content), 'utf8'), usual: json }
}

/**
 * What can't be read as what it is called would be lost to all who ask for it.
 *
 * @throws ValueError
 */
export function requireContent(bytes: Uint8Array, mediaType: string): void {
  if (isText(mediaType) && !isUtf8(bytes)) {
    throw new ValueError('$', `bytes that are no UTF-8, as ${mediaType}`, 'Name the media type that they are of.')
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

/** Whether what is of this media type is handed out as a text, or as what it says. */
export function isText(mediaType: string): boolean {
  return mediaType.startsWith('text/') || isJson(mediaType)
}

/** Whether what is of this media type is handed out as data. */
export function isJson(mediaType: string): boolean {
  return mediaType === json || mediaType.endsWith('+json')
}

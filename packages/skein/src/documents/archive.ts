import { InputError } from '../open/input-error.ts'

/** The files in a ZIP archive, as its directory lists them. */
export interface Archive {
  readonly names: ReadonlySet<string>
  /** Of all files together, unpacked, as the archive says. */
  readonly unpackedBytes: number
}

const directoryEnd = 0x06054b50
const directoryEntry = 0x02014b50
/** The end of the directory, without a comment and with the longest. */
const [endBytes, longestComment] = [22, 0xffff]

/**
 * Reads the directory of a ZIP archive, and unpacks nothing.
 *
 * @throws InputError for a damaged one.
 */
export function readArchive(bytes: Uint8Array, source: string): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const end = endOf(view)
    const names = new Set<string>()
    let unpackedBytes = 0
    let at = view.getUint32(end + 16, true)
    for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
      if (view.getUint32(at, true) !== directoryEntry) throw new RangeError('no entry where the directory has one')
      unpackedBytes += view.getUint32(at + 24, true)
      const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true))
      const next = at + 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0)
      names.add(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + (name ?? 0))))
      at = next
    }
    return { names, unpackedBytes }
  } catch (error) {
    throw new InputError(
      source,
      'is a damaged ZIP archive (DOCX and EPUB files are ZIP archives). Download it again.',
      {
        cause: error,
      },
    )
  }
}

function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - endBytes - longestComment)
  for (let at = view.byteLength - endBytes; at >= first; at -= 1) {
    if (view.getUint32(at, true) === directoryEnd) return at
  }
  throw new RangeError('no end of a directory')
}

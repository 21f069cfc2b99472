import { crc32 } from 'node:zlib'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/**
 * Joins PNG pictures of one size and one kind to an animated one, which plays again and again.
 *
 * Source: https://www.w3.org/TR/png-3/, chapter 11.3.6.
 *
 * @param delayMs - How long each is shown.
 */
export function animatedPng(pictures: readonly Buffer[], delayMs: number): Buffer {
  const all = pictures.map((picture) => chunksOf(picture))
  const header = all[0]?.find(({ type }) => type === 'IHDR')?.data
  if (!header) throw new Error('There is no picture to join.')
  let sequence = 0
  const frames = all.flatMap((chunks, index) => {
    const data = chunks.filter(({ type }) => type === 'IDAT').map((one) => one.data)
    const control = frameControl((sequence += 1) - 1, header, delayMs)
    // The first frame is also what shows where nothing moves.
    const parts =
      index === 0
        ? data.map((part) => chunk('IDAT', part))
        : data.map((part) => chunk('fdAT', numbered((sequence += 1) - 1, part)))
    return [chunk('fcTL', control), ...parts]
  })
  const animation = Buffer.alloc(8)
  animation.writeUInt32BE(pictures.length, 0)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('acTL', animation),
    ...frames,
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunksOf(picture: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = signature.length; at < picture.length;) {
    const length = picture.readUInt32BE(at)
    chunks.push({ type: picture.toString('latin1', at + 4, at + 8), data: picture.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

/** The whole picture, in place of the one before. */
function frameControl(sequence: number, header: Buffer, delayMs: number): Buffer {
  const control = Buffer.alloc(26)
  control.writeUInt32BE(sequence, 0)
  header.copy(control, 4, 0, 8)
  control.writeUInt16BE(delayMs, 20)
  control.writeUInt16BE(1_000, 22)
  return control
}

function numbered(sequence: number, data: Buffer): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(sequence)
  return Buffer.concat([number, data])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
}

import type { Change, Seq } from '@skein/memory/store'

import { decodeLabel, decodeName, decodeTask } from './row-fields.ts'

/**
 * Unpacks the lines of one entry of the feed, as `lua/write.lua` writes them.
 *
 * @param last - The `seq` of the last change; the others come right before it.
 * @throws when they are not what was written.
 */
export function unpackChanges(last: Seq, text: string): Change[] {
  const lines = text.split('\n')
  return lines.map((line, index) => unpackChange(last - lines.length + 1 + index, line))
}

function unpackChange(seq: Seq, line: string): Change {
  const [op, collection, version, at, label = '', task = '-', author = '', id = ''] = line.split(' ')
  const { sensitivity, compartments } = decodeLabel(label)
  return {
    seq,
    collection: collection as Change['collection'],
    // A copy, since indexes keep ids, and a part of a text keeps all of it.
    id: Buffer.from(decodeName(id)).toString(),
    op: op as Change['op'],
    version: Number(version),
    author: decodeName(author),
    task: decodeTask(task),
    at: Number(at),
    sensitivity,
    compartments,
  }
}

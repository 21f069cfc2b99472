import { hash as digest } from 'node:crypto'

import { rawText } from '@skein/memory/store'
import type { Corruption, Inspector } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { textOf } from './row-text.ts'
import type { Anything } from './row-text.ts'
import { describeGap, walkTable } from './walk-table.ts'

type ObjectRow = readonly [rowId: number, name: Anything, bytes: Anything]

/** Verifies the bytes of all objects that are not sealed against the hash in their name. */
export function* verifyObjects(sql: SpaceSql, inspector: Inspector | undefined): Generator<readonly Corruption[]> {
  for (const piece of walkTable<ObjectRow>(sql, 'SELECT rowid, hash, bytes FROM @objects')) {
    if ('rows' in piece) {
      yield piece.rows.map((row) => verifyObject(row, inspector)).filter((corruption) => corruption !== undefined)
      continue
    }
    yield [{ kind: 'file', id: 'objects', problem: describeGap('objects', piece), raw: '' }]
  }
}

function verifyObject([, name, found]: ObjectRow, inspector: Inspector | undefined): Corruption | undefined {
  const id = textOf(name)
  const bytes = found instanceof Uint8Array ? found : Buffer.from(textOf(found))
  const isSealed = id.includes('.')
  if (isSealed || digest('sha256', bytes, 'hex') === id) return inspector?.object(id, bytes)
  const problem = 'Its bytes changed after they were written: the hash in its name does not match.'
  return { kind: 'object', id, problem, raw: rawText(bytes) }
}

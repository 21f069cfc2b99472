import { analyzerVersion, collectionsWith, DerivedIndex, isSealed, termsOfValue } from '@skein/memory/store'
import type { IndexSource, IndexedRow } from '@skein/memory/store'

import type { UnpackedRow } from '../records/record-row.ts'
import type { SpaceRows } from './space-rows.ts'

/** The search index of a space. Redis finds no words, so each process that searches makes its own. */
export function searchIndexOf(rows: SpaceRows, changes: IndexSource['changes']): DerivedIndex {
  return new DerivedIndex({
    collections: collectionsWith('searchable'),
    changes,
    get: async (keys) => (await rows.get(keys)).map((row) => row && indexed(row)),
    scan: async function* (collection) {
      for await (const page of rows.scan(collection)) yield page.map((row) => indexed(row))
    },
  })
}

/** What another version of the analysis took for terms is analyzed again, row by row. */
function indexed({ analyzer, ...row }: UnpackedRow): IndexedRow {
  if (row.terms === undefined || analyzer === analyzerVersion || isSealed(row.record.value)) return row
  return { ...row, terms: termsOfValue(row.record.value) }
}

import { analyzerVersion, isSealed, termsOfValue } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { packTerms } from './posting-list.ts'
import { TermBlocks } from './term-blocks.ts'

/** Its row among the floors holds the version of the analysis that made the terms. */
const mark = '@analyzer'

/** The format since which there are blocks of postings as they are now. */
const firstBlockFormat = 7

/** Whether the index of a space was made by this version of the analysis. */
export function isAnalyzed(sql: SpaceSql): boolean {
  const version = sql('SELECT version FROM @floors WHERE collection = ?').get(mark) as [number] | undefined
  return sql.format >= firstBlockFormat && version?.[0] === analyzerVersion
}

/** Notes that the index of a space is made by this version of the analysis. */
export function markAnalyzed(sql: SpaceSql): void {
  const write = 'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = excluded.version'
  sql(write).run(mark, analyzerVersion)
}

/** Makes the index of a space again. Runs inside a transaction. */
export function analyzeAnew(sql: SpaceSql): void {
  const blocks = new TermBlocks(sql)
  blocks.clear()
  const page = 'SELECT row, value FROM @records WHERE row > ? AND terms IS NOT NULL ORDER BY row LIMIT 1000'
  for (let after = -1; ;) {
    const rows = sql(page).all(after) as [row: number, value: string][]
    for (const [row, value] of rows) sql('UPDATE @records SET terms = ? WHERE row = ?').run(packedTermsOf(value), row)
    const last = rows.at(-1)?.[0]
    if (last === undefined) break
    after = last
  }
  while (blocks.addBlock());
  markAnalyzed(sql)
}

/** The terms of a value, packed; null where it can't be read, since it is sealed or damaged. */
export function packedTermsOf(value: string): string | null {
  if (isSealed(value)) return null
  try {
    const terms = termsOfValue(value)
    return terms.length === 0 ? null : packTerms(terms)
  } catch {
    return null
  }
}

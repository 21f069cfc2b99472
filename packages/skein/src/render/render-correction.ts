import type { WriteStream } from 'node:tty'

import type { Correction } from '@skein/memory'
import type { Dependent } from '@skein/memory/types'
import { plainText } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import { countOf } from '../terminal/amounts.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'

const mostLines = 100

/** Whether a record holds, in a word or two; `''` for one that does, without doubt. */
export function stateOf({ correction, doubts }: Pick<AnyRecord, 'correction' | 'doubts'>): string {
  return correction?.state ?? (doubts ? 'in doubt' : '')
}

/** Why a record holds no more, in one line. */
export function renderCorrection({ state, author, reason, latest }: Correction): string {
  const by = author === undefined ? '' : ` by ${author}`
  const why = reason === undefined ? '' : `: ${reason}`
  return `${state}${by}${why}${latest === undefined ? '' : ` (now ${latest})`}`
}

/** What was done, and what is in doubt because of it. */
export function renderDoubts(done: string, dependents: readonly Dependent[], stream: WriteStream): string {
  const inDoubt = dependents.filter(({ doubts }) => doubts.length > 0)
  const width = columnsOf(stream)
  const lines = inDoubt.slice(0, mostLines).map(({ collection, id, author }) => {
    return cutTo(`  ${plainText(`${collection}/${id} by ${author}`)}`, width)
  })
  const more = inDoubt.length > mostLines ? ['  …'] : []
  const title = inDoubt.length === 0 ? [] : [`${countOf(inDoubt.length, 'record')} in doubt:`]
  return [plainText(done), ...title, ...lines, ...more].join('\n')
}

import type { WriteStream } from 'node:tty'

import { plainText, workStateOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import type { LineageStep } from '../inspect/lineage-of.ts'
import { countOf } from '../terminal/amounts.ts'
import { columnsOf, renderTable } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { spanOf } from '../terminal/time-text.ts'
import { previewOf } from './preview.ts'

/** A result that is to be forgotten, and what stays of it. */
export interface Forgetting {
  readonly record: AnyRecord
  /** Objects that the result names, with what was made from them. */
  readonly objects: readonly { readonly id: string; readonly uses: readonly LineageStep[] }[]
}

/** Lists what is to be forgotten, and what was made from it and stays. */
export function renderForgetting(planned: readonly Forgetting[], now: number, stream: WriteStream): string {
  const columns = [
    { title: 'ID', of: ({ record }: Forgetting) => record.id },
    { title: 'AGE', of: ({ record }: Forgetting) => spanOf(now - record.updatedAt), align: 'right' },
    { title: 'AUTHOR', of: ({ record }: Forgetting) => record.author },
    { title: 'RESULT', of: ({ record }: Forgetting) => previewOf(resultOf(record)) },
  ] as const
  const lines = renderTable(planned, columns, stream)
  const width = columnsOf(stream)
  const objects = planned.flatMap((one) => one.objects)
  if (objects.length === 0) return lines.join('\n')
  const kept = objects.flatMap(({ id, uses }) => [
    `objects/${id}`,
    ...uses.map(
      ({ collection, id: use, author }) => `  ${collection}/${use}${author === undefined ? '' : ` by ${author}`}`,
    ),
  ])
  const shown = kept.slice(0, maxLines).map((line) => cutTo(`  ${indented(line)}`, width))
  const more = kept.length - shown.length
  return [
    ...lines,
    'Derived from this work, and kept:',
    ...shown,
    ...(more > 0 ? [`  … and ${countOf(more, 'record')} more`] : []),
  ].join('\n')
}

const maxLines = 20

/** Harmless, with its own indentation. */
function indented(line: string): string {
  return line.startsWith('  ') ? `  ${plainText(line.slice(2))}` : plainText(line)
}

function resultOf({ value }: AnyRecord): unknown {
  const state = workStateOf(value)
  return state?.state === 'done' ? state.value : undefined
}

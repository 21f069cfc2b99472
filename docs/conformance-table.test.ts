import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { calls } from '../packages/openai/test/conformance/behavior.ts'
import { behaviors, outcomesOf } from '../packages/openai/test/conformance/behaviors.ts'

const file = join(import.meta.dirname, 'guide/model-servers.md')
const [begin, end] = ['<!-- begin conformance -->', '<!-- end conformance -->']

/** A table as the formatter writes it: cells padded to the width of their column. */
function tableOf(title: string, rows: (typeof behaviors)[string]): string {
  const outcomes = rows.map((row) => [row.name, ...calls.map((call) => inCode(outcomesOf(row)[call]))])
  const cells = [[title, ...calls], ...outcomes]
  const widths = [0, ...calls.map((_, index) => index + 1)].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [header = [], ...rest] = cells
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rest.map((row) => line(row))].join('\n')
}

function inCode(outcome: string): string {
  return outcome === '✓' ? outcome : `\`${outcome}\``
}

it('the guide says what the tests show of servers that misbehave', () => {
  const text = readFileSync(file, 'utf8')
  const [before = '', after = ''] = [text.split(begin)[0], text.split(end)[1]]
  const tables = Object.entries(behaviors).map(([title, rows]) => tableOf(title, rows))
  const wanted = [before, begin, '\n\n', tables.join('\n\n'), '\n\n', end, after].join('')
  // `UPDATE_GUIDE=1` writes the tables.
  if (process.env['UPDATE_GUIDE'] !== undefined) writeFileSync(file, wanted)
  expect(readFileSync(file, 'utf8')).toBe(wanted)
})

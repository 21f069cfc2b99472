import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { viewMethods } from '@skein/memory/testing'
import { expect, it } from 'vitest'

import { apiAccess } from '../packages/dashboard/test/api-access.ts'
import { toolAccess } from '../packages/mcp/test/tool-access.ts'
import { commandAccess } from '../packages/skein/test/command-access.ts'

const file = join(import.meta.dirname, 'guide/what-protects-what.md')

type Access = { readonly shows: string; readonly takes: string }

const tables: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  view: viewMethods,
  commands: Object.fromEntries(Object.entries(commandAccess).map(([name, access]) => [`skein ${name}`, access])),
  dashboard: apiAccess,
  mcp: toolAccess,
}

const firstCells: Readonly<Record<string, string>> = {
  view: 'method',
  commands: 'command',
  dashboard: 'route',
  mcp: 'tool, resource or prompt',
}

/** A table as the formatter writes it: cells padded to the width of their column. */
function tableOf(first: string, rows: Readonly<Record<string, Access>>): string {
  const cells = [
    [first, 'shows', 'takes'],
    ...Object.entries(rows).map(([name, { shows, takes }]) => [`\`${name}\``, shows, takes]),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [header = [], ...rest] = cells
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rest.map((row) => line(row))].join('\n')
}

it.each(Object.entries(tables))(
  'the guide says what the code says of what may be shown and taken: %s',
  (name, rows) => {
    const text = readFileSync(file, 'utf8')
    const first = firstCells[name] ?? ''
    const [before = '', after = ''] = text.split(
      new RegExp(`(?<=<!-- begin ${name} -->)[\\s\\S]*(?=<!-- end ${name} -->)`),
    )
    const wanted = `${before}\n\n${tableOf(first, rows)}\n\n${after}`
    // `UPDATE_GUIDE=1` writes the table.
    if (process.env['UPDATE_GUIDE'] !== undefined) writeFileSync(file, wanted)
    expect(readFileSync(file, 'utf8')).toBe(wanted)
  },
)

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { questions } from '../bench/src/questions.ts'
import { sameTaskLines, sameTaskPrograms } from '../scripts/consumers/same-task.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The medians of one benchmark in the committed results. */
function mediansOf(question: string): readonly string[] {
  const section = read('bench/RESULTS.md').split(`\n### ${question}\n`)[1]?.split('\n### ')[0] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.split('|')[2]?.trim() ?? '')
}

it('the figures of the README beside other packages are medians of the committed results', () => {
  const rows = read('README.md').matchAll(
    /^\|[^|]*\|([^|]*)\|([^|]*)\| \[[\w-]+\]\(bench\/RESULTS\.md#([\w-]+)\) *\|$/gm,
  )
  const figures = Array.from(rows).flatMap(([, ours = '', others = '', question = '']) =>
    Array.from(`${ours},${others}`.matchAll(/(\d[\d.]*(?: (?:ns|µs|ms|s))?)(?=\s*(?:,|$))/g), ([figure]) => ({
      question,
      figure,
    })),
  )
  expect(figures.length).toBeGreaterThan(20)
  expect(figures.filter(({ question, figure }) => !mediansOf(question).includes(figure))).toEqual([])
})

/** The columns of the table of one task in several frameworks, by the names of their programs. */
const frameworks = ['skein', 'ai-sdk', 'openai-agents', 'mastra', 'langgraph']

it('the lines of the same task in other frameworks are those of the programs', () => {
  const [, ...rows] =
    read('README.md')
      .match(/^\| lines of code[^]*?(?=\n\n)/m)?.[0]
      .split('\n') ?? []
  const stated = rows.slice(1).map((row) => row.split('|').slice(2, -1).map(Number))
  const counted = ['', '-kept'].map((kind) => frameworks.map((name) => sameTaskLines(root, `${name}${kind}`)))
  expect(stated).toEqual(counted)
  const counts = frameworks.flatMap((name) => [name, `${name}-kept`])
  expect(sameTaskPrograms(root).toSorted()).toEqual(counts.toSorted())
})

it('each cell of the table of features names the version, and a test or a page that shows it', () => {
  const [head = '', , ...rows] =
    read('README.md')
      .match(/^\| what +\| Skein [^]*?(?=\n\n)/m)?.[0]
      .split('\n') ?? []
  const { dependencies } = JSON.parse(read('bench/same-task/package.json')) as { dependencies: Record<string, string> }
  const peers = ['ai', '@openai/agents', '@mastra/core', '@langchain/langgraph'].map((name) => dependencies[name])
  expect(cellsOf(head).map((cell) => cell.split(' ').at(-1))).toEqual(['Skein', ...peers])
  expect(rows.length).toBeGreaterThan(8)
  for (const row of rows) {
    const [ours = '', ...others] = cellsOf(row)
    expect(ours).toMatch(/^(?:–|\[[^\]]+\]\(packages\/[^)]+\.ts\))$/)
    for (const cell of others) expect(cell).toMatch(/^(?:–|\[[^\]]+\]\(https:\/\/[^)]+\))$/)
  }
})

it('every script and benchmark that a page runs exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  // What pnpm itself and an installed package run, and two commands of the bench.
  const known = new Set([...Object.keys(scripts), 'install', 'run', 'changeset'])
  const benchmarks = new Set([...Object.keys(questions), 'gatemem', 'plan'])
  const pages = globSync(['*.md', 'packages/*/README.md', 'docs/guide/*.md', 'bench/README.md'], { cwd: root })
  const text = pages.map((page) => read(page)).join('\n')
  const run = Array.from(text.matchAll(/pnpm@12 ([\w:-]+)/g), ([, name = '']) => name)
  const measured = Array.from(text.matchAll(/pnpm(?:@12)? bench ([a-z][\w-]*)/g), ([, name = '']) => name)
  expect([run.length, measured.length].every((count) => count > 10)).toBe(true)
  expect(run.filter((name) => !known.has(name))).toEqual([])
  expect(measured.filter((name) => !benchmarks.has(name))).toEqual([])
})

/** The cells of a row after the first. */
function cellsOf(row: string): readonly string[] {
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim())
}

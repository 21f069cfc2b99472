import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

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

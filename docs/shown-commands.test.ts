import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { firstPages } from '../scripts/consumers/follow-pages.ts'
import { commandPages } from '../scripts/consumers/shown-commands.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync(['README.md', 'packages/*/README.md', 'docs/guide/*.md'], { cwd: root })

/** Commands that want a key, a running agent, another program, an id, a published package, or the checkout. */
const cannotRun =
  /^(?:OPENAI_API_KEY=|claude |codex |code |source |skein completion|skein order |npm audit )|--base-url| observations\/ID |pnpm@12 (?:demo|test) |--model openai/

it('every command of a page runs as written, but for those that cannot', () => {
  const kept = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    return Array.from(text.matchAll(/^```sh no-run\n([^]*?)^```$/gm)).flatMap(([, block = '']) =>
      block
        .replaceAll(/ *\\\n */g, ' ')
        .trim()
        .split('\n'),
    )
  })
  expect(kept.length).toBeGreaterThan(10)
  expect(kept.filter((line) => !cannotRun.test(line))).toEqual([])
})

it('marks of blocks of commands are known', () => {
  const marks = pages.flatMap((page) =>
    Array.from(readFileSync(join(root, page), 'utf8').matchAll(/^```(?:sh|bash|shell)(.*)$/gm), ([, mark]) => mark),
  )
  expect(new Set(marks)).toEqual(new Set(['', ' no-run', ' recipe']))
})

it('the pages of the gate are among those with commands', () => {
  const followed = commandPages(root)
  expect(followed.flatMap(({ lines }) => lines).length).toBeGreaterThan(40)
  expect(followed.map(({ page }) => page)).toEqual(expect.arrayContaining([...firstPages]))
  const started = followed.find(({ page }) => page === 'docs/guide/getting-started.md')
  expect(Object.keys(started?.files ?? {})).toEqual(['first-flock.ts'])
})

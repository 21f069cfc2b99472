import { Worker } from 'node:worker_threads'

import { expect, it } from 'vitest'

import { readers } from './fixtures/read-hostile-text.ts'

const length = 500_000

/** Repeated, these take quadratic time where anything goes back to look again. */
const units = [
  'a',
  'A',
  ' ',
  '\n',
  ' \n',
  '\t',
  '.',
  '. ',
  'A.',
  ', ',
  '"',
  '[{',
  '```\n',
  '# ',
  '# a\n',
  'AAA BBB\n',
  'AAA The ',
  'Mr. ',
  '1. ',
  '//@',
  '..',
  '<script src=',
  '<link ',
  "user executing the script can't ",
  '\u0300\u0316',
  '\ud800',
  '\ud83d\ude00',
  'e\u0301',
  '中',
  '\u2028',
  'The cat sat. ',
]

/** Linear work takes seconds; the square of half a million takes minutes. In milliseconds. */
const patience = 60_000

it.each(Object.keys(readers))('half a megabyte of any one thing is read in linear time: %s', async (reader) => {
  const texts = units.map((unit) => unit.repeat(length / unit.length))
  const thread = new Worker(new URL('fixtures/read-hostile-text.ts', import.meta.url), {
    workerData: { reader, texts },
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let at = 0
  thread
    .on('message', (index: number) => (at = index))
    .on('error', reject)
    .on('exit', () => resolve())
  const timer = setTimeout(resolve, patience)
  await promise
  clearTimeout(timer)
  await thread.terminate()
  expect(units[at]).toBeUndefined()
})

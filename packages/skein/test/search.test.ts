import { expect, it } from 'vitest'

import { useSampleMemory } from './use-sample-memory.ts'

const { run, json } = useSampleMemory()

it('skein search finds words in each searchable collection, and shows where', async () => {
  const { stdout } = await run('search', 'prices')
  const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))
  expect(lines.slice(1, 4).map((line) => line.split(' | ').at(-1))).toEqual([
    'Acme raised its prices in autumn',
    'go — The price pays.',
    expect.stringContaining('Prices convince them.'),
  ])
  const only = await json<{ items: { collection: string }[] }>('search', 'price', '--collection', 'decisions')
  expect(only.items).toMatchObject([{ collection: 'decisions', value: { decision: 'go' } }])
  expect(await run('search', 'giraffe')).toMatchObject({
    code: 0,
    stdout:
      'No observations, decisions, and learnings that this clearance (public) covers contain any of these words.\n',
  })
})

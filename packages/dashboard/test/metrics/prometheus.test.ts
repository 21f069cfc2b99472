import { expect, it } from 'vitest'

import type { WorkQueue } from '../../src/index.ts'
import { openBoard, operator } from '../open-board.ts'

it('gives Prometheus the figures of the process, and of the memory as far as the viewer may see', async () => {
  await using open = await openBoard()
  const { memory } = open
  const ann = memory.as({ id: 'ann', role: 'sales' })
  await ann.facts.set('price', 12)
  await ann.facts.get('price')
  await ann.facts.get('price')
  const work = { reportUsage: { calls: 1, inputTokens: 70, outputTokens: 30 } }
  const once = (): Promise<unknown> =>
    ann.once('answer', ({ reportUsage }) => {
      reportUsage(work.reportUsage)
      return 42
    })
  await once()
  await once()
  const secret = memory.as(operator)
  await secret.once('secret', ({ reportUsage }) => (reportUsage({ calls: 1, inputTokens: 1_000 }), 1))
  await secret.once('secret', () => 1)

  const response = await open.get('/api/prometheus', { authorization: `Bearer ${open.board.token}` })
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await response.text()
  expect(text).toContain(`# TYPE skein_cache_hits_total counter\nskein_cache_hits_total ${memory.stats().hits}\n`)
  expect(text).toMatch(/^skein_saved_time_seconds_total [\d.e-]+$/m)
  expect(text).toMatch(/^skein_saved_tokens_total 1100$/m)
  // Each line is a comment, or a name and a number.
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+ [\d.e+-]+)$/)

  const job = { running: 1, done: 2, failed: 0, retried: 3, stalled: 4 }
  const queue: WorkQueue = {
    queue: 'nightly',
    workers: [{ id: 'w1', host: 'a"b', isDraining: false, ...job }],
    activities: [{ name: 'note', version: '2', waiting: 7, workers: 1, ...job }],
  }
  await using watched = await openBoard({ memory, workers: async () => queue })
  const ofQueue = await (await watched.get('/api/prometheus')).text()
  const labels = '{queue="nightly",activity="note",version="2"}'
  expect(ofQueue).toContain(`# TYPE skein_queue_jobs_waiting gauge\nskein_queue_jobs_waiting${labels} 7\n`)
  expect(ofQueue).toContain(`skein_queue_stalled_total${labels} 4\n`)
  expect(ofQueue).toContain('skein_queue_host_running{queue="nightly",host="a\\"b",worker="w1"} 1\n')
  expect(await watched.json('/api/metrics')).toMatchObject({ work: queue })

  await using stranger = await openBoard({ memory, principal: { id: 'sue', role: 'support' } })
  expect(await (await stranger.get('/api/prometheus')).text()).toMatch(/^skein_saved_tokens_total 100$/m)
})

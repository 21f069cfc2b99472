import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { ExportedRun, SceneEvent } from '../src/index.ts'
import { openBoard } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'

/** A page as the build makes it. */
function pageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html lang="en"><head><title>Skein</title>' +
      '<script type="module" crossorigin src="./assets/a-1.js"></script>' +
      '<link rel="stylesheet" crossorigin href="./assets/a-1.css"></head><body><div id="page"></div></body></html>',
  )
  writeFileSync(join(folder, 'assets/a-0.js'), 'is loaded later')
  writeFileSync(join(folder, 'assets/a-1.js'), "const close = '</script>'; const money = '$& $1'")
  writeFileSync(join(folder, 'assets/a-1.css'), 'body { color: red }')
  return folder
}

async function work({ memory }: OpenBoard): Promise<void> {
  const ann = memory.as({ id: 'ann', role: 'reader' })
  await ann.facts.set('greeting', '</script><script>alert(1)</script>')
  await ann.once('activity/read@1/abc', ({ reportDuration }) => (reportDuration(40), 1))
  await memory.as({ id: 'bob', role: 'reader' }).facts.get('greeting')
  const { id } = await ann.escalations.open({ task: 't1', reason: 'why' })
  await ann.escalations.handBack(id, 'never mind')
  await ann.facts.delete('greeting')
}

it('exports a run as one file that needs no server and runs no script but the page', async () => {
  await using open = await openBoard({ pageFolder: pageFolder() })
  await work(open)
  const response = await open.get('/api/export?format=html')
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="skein-run-[\d-T]+\.html"$/)
  expect(response.headers.get('content-security-policy')).toContain('sandbox')
  const html = await response.text()
  expect(html).not.toMatch(/(src|href)=/)
  const script = /<script type="module">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  const styles = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? ''
  expect(script).toBe(String.raw`const close = '<\/script>'; const money = '$& $1'`)
  expect(html).toContain(`script-src 'sha256-${hash('sha256', script, 'base64')}'`)
  expect(html).toContain(`style-src 'sha256-${hash('sha256', styles, 'base64')}'`)
  const data = /<script type="application\/json" id="exported-run">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  const run = JSON.parse(data) as ExportedRun
  expect(run.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['written', 'deleted', 'escalation']))
  expect(run.records.map(({ collection }) => collection)).toEqual(expect.arrayContaining(['work', 'escalations']))
  expect(run.inbox).toMatchObject([{ state: 'handed-back', answer: '"never mind"' }])
  expect(run).toMatchObject({ session: { space: 'default' }, metrics: { results: { computed: 1 } } })
})

it('exports events as lines of JSON', async () => {
  await using open = await openBoard()
  await work(open)
  const text = await (await open.get('/api/export?format=jsonl')).text()
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SceneEvent)
  expect(events[0]).toMatchObject({ type: 'written', collection: 'facts', id: 'greeting' })
  const at = events[1]?.at ?? 0
  const later = await (await open.get(`/api/export?format=jsonl&since=${at + 100_000}`)).text()
  expect(later).toBe('')
})

it('exports a Chrome trace, with activities as bars', async () => {
  await using open = await openBoard()
  await work(open)
  const response = await open.get('/api/export?format=trace')
  const trace = (await response.json()) as readonly Record<string, unknown>[]
  const bar = trace.find(({ ph }) => ph === 'X')
  expect(bar).toMatchObject({ name: 'activity/read@1/abc', cat: 'activity', dur: 40_000, pid: 1 })
  const row = trace.find(({ ph, tid }) => ph === 'M' && tid === bar?.['tid'])
  expect(row).toMatchObject({ name: 'thread_name', args: { name: 'ann' } })
  expect(trace.filter(({ ph }) => ph === 'i').length).toBeGreaterThan(3)
})

it('refuses an unknown format', async () => {
  await using open = await openBoard()
  expect((await open.get('/api/export?format=pdf')).status).toBe(400)
  expect((await open.get('/api/export')).status).toBe(400)
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, it } from 'vitest'

import { openBoard } from '../open-board.ts'
import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleTrace } from './fixture/sample-trace.ts'

const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)>',
  "javascript:alert(4)//'",
  '\u202Edrowssap\u2066\u2067',
  '{{constructor.constructor("alert(5)")()}}',
  `</bdi></pre><style>*{display:none}</style>`,
  'A'.repeat(1_000_000),
  '\u0000\u0007\n\r\t\uFFFF',
  '__proto__',
  'constructor',
]

describePage('Hostile input', (open) => {
  it('runs nothing, fetches nothing and breaks no layout', async () => {
    await using server = await new FixtureServer().start()
    const now = Date.now()
    for (const [index, text] of attacks.entries()) {
      const id = `${index} ${text.slice(0, 200)}`
      const label = { sensitivity: 'public', compartments: [text] } as const
      const about = { author: text, task: text, tags: [text, text], title: text, label, bytes: 1, derivedFrom: [] }
      server.contents.values.set(
        `facts/${id}`,
        JSON.stringify({
          [text.slice(0, 200)]: text,
          quotes: [{ text, citations: [{ source: text, start: 0, end: 1 }] }],
        }),
      )
      server.contents.values.set(
        `objects/${id}`,
        JSON.stringify({ title: text, sentences: [{ text, citations: [{ source: text, start: 0, end: 1 }] }] }),
      )
      server.emit([
        { type: 'agent', at: now, agent: text, role: text, state: 'failed', note: text },
        { type: 'written', at: now, collection: 'facts', id, version: 2, ...about },
        { type: 'written', at: now, collection: 'objects', id, version: 1, ...about },
        { type: 'activity', at: now, run: text + String(index), activity: text, agent: text, phase: 'started' },
        { type: 'read', at: now, agent: attacks[0] ?? '', collection: 'facts', id, count: 1, isHit: true },
        { type: 'escalation', at: now, id, task: text, state: 'open', by: text },
      ])
      const item = {
        id,
        version: 1,
        state: 'open',
        task: text,
        reason: text,
        question: text,
        openedBy: text,
        openedAt: now,
        updatedAt: now,
      } as const
      const packed = { id: text, author: text, at: now, value: JSON.stringify(text), derivedFrom: [text] }
      server.contents.runs.push({
        id,
        title: text,
        questions: [text, text],
        model: text,
        state: 'failed',
        startedAt: now - 1_000,
        answers: [{ question: text, object: id, isAnswered: false }],
        problem: text,
      })
      server.contents.traces.push(sampleTrace(`trace-${index}`, now, text))
      server.contents.inbox.set(id, {
        item,
        packaged: ['observations', 'decisions', 'learnings', 'facts', 'objects'].map((collection) => {
          return { collection, items: [packed] }
        }),
        timeline: [{ at: now, collection: text, id: text, author: text }],
        leftOut: 0,
        isCut: true,
      })
    }
    await using opened = await open(server.url)
    const { page, faults } = opened
    const ids = [...server.contents.inbox.keys()].map(encodeURIComponent)
    const routes = [
      'runs',
      ...server.contents.runs.map(({ id }) => `runs/${encodeURIComponent(id)}`),
      'map',
      'timeline',
      'memory',
      'metrics',
      'traces',
      ...server.contents.traces.map(({ id }) => `traces/${id}/call`),
      ...ids.map((id) => `memory/facts/${id}`),
      ...ids.map((id) => `inbox/${id}`),
    ]
    for (const route of routes) {
      await page.goto(`${server.url}#/${route}`)
      await page.waitForTimeout(150)
      for (const name of ['Table', 'Changes']) {
        const button = page.getByRole('button', { name }).first()
        if (await button.isVisible()) await button.click()
      }
      const size = await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.scrollHeight, document.querySelectorAll("img, #page script, #page style, iframe").length]',
      )
      expect([route.slice(0, 60), size]).toEqual([route.slice(0, 60), [1_280, 800, 0]])
    }
    expect(faults).toEqual([])
  })

  it('runs nothing in a run that was exported to a file', async () => {
    await using board = await openBoard()
    const short = attacks.filter(({ length }) => length < 200)
    for (const [index, text] of short.entries()) {
      const label = text.replaceAll(/[^\x20-\x7e]/g, '').trim() || 'x'
      const view = board.memory.as({ id: label, role: label })
      const options = { task: label, tags: [label] }
      await view.facts.set(`${index} ${label}`, { [text]: text }, { tags: [label] })
      await view.observations.log({ ...options, value: text })
      await view.objects.put(`</script>${text}`, { ...options, title: label })
      await view.once(`${label}/x`, () => text)
      const { id } = await view.escalations.open({ task: label, reason: text, question: text })
      await view.escalations.decline(id, text)
    }
    const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
    try {
      const file = join(folder, 'run.html')
      writeFileSync(file, await (await board.get('/api/export?format=html')).text())
      await using opened = await open(pathToFileURL(file).href)
      const { page, faults } = opened
      await page.getByText('exported run').waitFor()
      const ids = short.map((_, index) => index)
      for (const route of [
        'runs',
        'map',
        'timeline',
        'memory',
        'inbox',
        'metrics',
        ...ids.map((id) => `memory/facts/${id}`),
      ]) {
        await page.goto(`${pathToFileURL(file).href}#/${route}`)
        await page.waitForTimeout(100)
        const strange = await page.evaluate(
          'document.querySelectorAll("img, #page script, #page style, iframe").length',
        )
        expect({ route, strange }).toEqual({ route, strange: 0 })
      }
      expect(faults).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

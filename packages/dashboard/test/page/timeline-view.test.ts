import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('The timeline in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('marks a period and summarizes it', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/timeline`)
    const { page } = opened
    const canvas = page.locator('.timeline-canvas')
    const box = await canvas.boundingBox()
    if (!box) throw new Error('There is no timeline.')
    await page.waitForTimeout(500)
    await page.mouse.move(box.x + 300, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + 700, box.y + 100, { steps: 5 })
    await page.mouse.up()
    await page.getByText(/\d+ agents?, \d+ runs?/).waitFor()
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('columnheader', { name: 'Started' }).waitFor()
    expect(opened.faults).toEqual([])
  })

  it('says what it leaves out, also to screen readers, and counts it all the same', async () => {
    const at = Date.now() - 60_000
    const read = { type: 'read', agent: 'ann', collection: 'facts', id: 'x', count: 1, isHit: true } as const
    server.emit(Array.from({ length: 4_500 }, (_, index) => ({ ...read, at: at + index })))
    await using opened = await open(`${server.url}#/timeline`)
    const { page } = opened
    await page.getByText(/^A row holds its latest 4,000 .* 0 runs and 1,000 marks/).waitFor()
    await page.getByRole('img', { name: /Left out of 1 row/ }).waitFor()
    await page.getByRole('button', { name: 'Table' }).click()
    await page.locator('[data-head=Reads]', { hasText: '4,500' }).waitFor()
    expect(await opened.violations()).toEqual([])
  })

  it('describes a run that is hovered, or selected by keys', async () => {
    const at = Date.now() - 20_000
    const run = { type: 'activity', agent: 'ann' } as const
    const read = { type: 'read', agent: 'ann', collection: 'facts', id: 'x', count: 1, isHit: true } as const
    const ended = { ...run, phase: 'done', worker: '1' } as const
    // The runs overlap in part; 8 s in total.
    server.emit([
      { ...run, at, run: '1', activity: 'research', phase: 'started' },
      { ...run, at: at + 2_000, run: '2', activity: 'draft', phase: 'started' },
      { ...read, at: at + 4_000 },
      { ...read, at: at + 7_000 },
      { ...ended, at: at + 6_000, run: '1', activity: 'research', durationMs: 5_000 },
      { ...ended, at: at + 8_000, run: '2', activity: 'draft', durationMs: 6_000 },
    ])
    await using opened = await open(`${server.url}#/timeline`)
    const { page } = opened
    await page.getByText('6 / 6 events').waitFor()
    const details = page.locator('.bar-details')
    const shows = (text: string): Promise<void> => details.getByText(text).waitFor()
    await shows('Hover over a run')
    const canvas = page.locator('.timeline-canvas')
    const box = await canvas.boundingBox()
    if (!box) throw new Error('There is no timeline.')
    const gutter = 168
    const point = (share: number, y: number): Promise<void> =>
      page.mouse.move(box.x + gutter + share * (box.width - gutter), box.y + y)
    await point(0.5, 40)
    await shows('research of ann on thread 1')
    await shows('meanwhile its agent read 1, wrote 0, reused 0')
    // A concurrent run, one level below.
    await point(0.5, 56)
    await shows('draft of ann on thread 1')
    await point(0.5, 400)
    await shows('Hover over a run')
    await canvas.focus()
    await page.keyboard.press('Shift+ArrowLeft')
    await shows('draft of ann')
    await shows('6.0 s')
    await shows('meanwhile its agent read 2, wrote 0, reused 0')
    await page.keyboard.press('Shift+ArrowLeft')
    await shows('research of ann')
    await shows('done')
    expect(await opened.violations()).toEqual([])
    await page.keyboard.press('Escape')
    await shows('Hover over a run')
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('row', { name: /ann research 1 6\.0 s done 1 1 0/ }).waitFor()
    expect(opened.faults).toEqual([])
  })
})

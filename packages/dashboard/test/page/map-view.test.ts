import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('The map in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('shows agents and objects as they appear', async () => {
    await using opened = await open(`${server.url}#/map`)
    const { page } = opened
    await page.getByText('no agents yet').waitFor()
    sampleRun(server, Date.now())
    await page.getByText('of 30 agents').waitFor()
    await page.getByRole('button', { name: 'Table' }).click()
    await page
      .getByRole('row', { name: /reader-1\b/ })
      .first()
      .waitFor()
    await page.getByRole('row', { name: /Answer: what was done/ }).waitFor()
    // The drawing shows them too: it has many colors.
    await page.getByRole('button', { name: 'Map', exact: true }).click()
    await page.waitForTimeout(300)
    const colors = await page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.map-canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size
  })()`)
    expect(colors).toBeGreaterThan(50)
    expect(opened.faults).toEqual([])
  })

  it('does not move when the user prefers reduced motion', async () => {
    // Long enough ago that nothing expires during the test.
    sampleRun(server, Date.now() - 300_000)
    await using opened = await open(`${server.url}#/map`, { reducedMotion: 'reduce' })
    const { page } = opened
    await page.getByText('of 30 agents').waitFor()
    await page.waitForTimeout(2_500)
    const pixels = (): Promise<string> => page.evaluate(`document.querySelector('.map-canvas').toDataURL()`)
    const before = await pixels()
    await page.waitForTimeout(1_500)
    expect((await pixels()) === before).toBe(true)
  })
})

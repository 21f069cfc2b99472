import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('The connection of the page in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('shows the same after a reload', async () => {
    const flock = sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/map`)
    await opened.page.getByText(`${server.events.length.toLocaleString('en')} events`).waitFor()
    server.emit(flock.step(Date.now(), 100))
    await opened.page.reload()
    await opened.page.getByText(`${server.events.length.toLocaleString('en')} events`).waitFor()
    expect(opened.faults).toEqual([])
  })

  it('reports a lost server, and catches up without gaps or duplicates', async () => {
    const flock = sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/map`)
    const { page } = opened
    const shown = (): Promise<void> =>
      page
        .getByText(`${server.events.length.toLocaleString('en')} / ${server.events.length.toLocaleString('en')} events`)
        .waitFor()
    await shown()
    await server.stop()
    await page.getByText('reconnecting').waitFor()
    server.emit(flock.step(Date.now(), 500))
    await page.waitForTimeout(3_000)
    await server.start()
    await page.getByRole('status').getByText('live', { exact: true }).waitFor()
    await shown()
    const { shared } = server.scene.totals
    await page.locator('.flock-summary').getByText(shared.toLocaleString('en'), { exact: true }).waitFor()
    expect(opened.faults).toEqual([])
  })
})

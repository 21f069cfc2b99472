import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun, sampleViews } from './fixture/sample-run.ts'

describePage('The page in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('fits on a screen of 375 pixels', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(server.url, { viewport: { width: 375, height: 740 } })
    for (const view of sampleViews) {
      await opened.page.goto(`${server.url}#/${view}`)
      await opened.page.waitForTimeout(300)
      expect([view, await opened.page.evaluate('document.documentElement.scrollWidth')]).toEqual([view, 375])
    }
    // The last view too, beside the number of questions in the inbox.
    await opened.page.locator('nav .badge').waitFor()
    const nav = await opened.page.evaluate(
      '(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector(".top nav"))',
    )
    expect(nav).toBe(0)
    expect(opened.faults).toEqual([])
  })

  it('shows the runs where an address is unknown', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/agents/reader?q=x`)
    await opened.page.getByText(/^\d runs$/).waitFor()
    expect(await opened.page.getByText('This run is not among the latest ones.').count()).toBe(0)
  })

  it('has a header of two lines at most, at any width', async () => {
    await using opened = await open(server.url, { viewport: { width: 800, height: 600 } })
    await opened.page.getByText('demo').waitFor()
    for (const width of [800, 961, 1_100]) {
      await opened.page.setViewportSize({ width, height: 600 })
      const height = await opened.page.evaluate("document.querySelector('.top').offsetHeight")
      expect([width, Number(height) < 100]).toEqual([width, true])
    }
  })

  it('lists all keys in every view', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(server.url)
    const { page } = opened
    const keys = page.getByRole('dialog', { name: 'Keys' })
    for (const view of sampleViews) {
      await page.goto(`${server.url}#/${view}`)
      await page.keyboard.press('?')
      await keys.getByText('these keys').waitFor()
      await page.keyboard.press('Escape')
      await keys.waitFor({ state: 'hidden' })
    }
  })

  it('tells fingers nothing of wheels and keys', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/timeline`, { hasTouch: true, isMobile: true })
    await opened.page.getByText('Tap a run for details.').waitFor()
    expect(await opened.page.getByText('wheel').count()).toBe(0)
  })
})

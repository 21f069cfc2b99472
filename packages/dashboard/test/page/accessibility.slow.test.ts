import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun, sampleViews } from './fixture/sample-run.ts'

describePage('The accessibility of the page in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it.each(['dark', 'light'] as const)(
    'has no violations that axe finds, in any view: %s',
    async (colorScheme) => {
      sampleRun(server, Date.now())
      await using opened = await open(server.url, { colorScheme })
      const { page } = opened
      for (const view of sampleViews) {
        await page.goto(`${server.url}#/${view}`)
        await page.waitForTimeout(500)
        expect([view, await opened.violations()]).toEqual([view, []])
      }
      for (const view of ['map', 'timeline']) {
        await page.goto(`${server.url}#/${view}`)
        await page.getByRole('button', { name: 'Table' }).click()
        expect([`table of ${view}`, await opened.violations()]).toEqual([`table of ${view}`, []])
      }
      await page
        .getByRole('button', { name: colorScheme === 'dark' ? 'Switch to light theme' : 'Switch to dark theme' })
        .click()
      expect(await page.evaluate('document.documentElement.dataset.theme')).not.toBe(colorScheme)
      expect(await opened.violations()).toEqual([])
    },
    240_000,
  )
})

import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { quoted, sampleRun } from './fixture/sample-run.ts'

describePage('The memory browser in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('leads from a cited sentence to the part that contains it, and on to all uses of the part', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/memory/objects/answer`)
    const { page } = opened
    await page.getByRole('button', { name: /^source/ }).click()
    await page.getByRole('heading', { name: 'Part: energy' }).waitFor()
    expect(await page.locator('mark').textContent()).toBe(quoted)
    // From the part to a record made from it, and from there back to the whole.
    const uses = page.locator('.lineage', { hasText: 'Used by' })
    await uses.getByRole('link', { name: 'price of oil' }).click()
    await page.getByRole('heading', { name: 'price of oil' }).waitFor()
    const sources = page.locator('.lineage', { hasText: 'Made from' })
    await sources.getByRole('button', { name: /Expand Part: energy/ }).click()
    await sources.getByRole('link', { name: 'The whole report' }).waitFor()
    await page.getByRole('button', { name: 'Changes' }).first().click()
    await page.getByRole('region', { name: 'Changes' }).getByText('an earlier one').waitFor()
    expect(opened.faults).toEqual([])
  })

  it('renders only the visible rows, and loads more by cursors', async () => {
    const flock = sampleRun(server, Date.now())
    server.emit(flock.step(Date.now(), 2_000))
    await using opened = await open(`${server.url}#/memory?collection=objects`)
    const { page } = opened
    const list = page.getByRole('listbox', { name: 'Records' })
    await page.locator('.record-row').first().waitFor()
    await list.focus()
    for (let count = 0; count < 4; count += 1) {
      await page.keyboard.press('End')
      await page.waitForTimeout(250)
    }
    expect(await page.locator('.record-row').count()).toBeLessThan(60)
    expect(server.requests.filter((line) => line === 'GET /api/records').length).toBeGreaterThan(2)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Versions' }).waitFor()
    expect(opened.faults).toEqual([])
  })
})

import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('The replay in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('shows any past moment, and nothing that came later', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/map`)
    const { page } = opened
    await page.getByText('of 30 agents').waitFor()
    const slider = page.getByRole('slider', { name: 'Replay position' })
    await slider.fill('40')
    await page.getByText('40 / ').waitFor()
    await page.getByText('replay', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Memory' }).click()
    const options = page.locator('.record-row')
    await options.first().waitFor()
    const early = server.events.slice(0, 40).filter(({ type }) => type === 'written').length
    expect(await options.count()).toBe(early)
    await page.getByRole('button', { name: /Replay/ }).click()
    await page.getByRole('button', { name: /Pause/ }).click()
    await page.getByRole('button', { name: 'Live' }).click()
    await page.getByRole('option', { name: /price of oil/ }).waitFor()
    expect(opened.faults).toEqual([])
  })

  it('replays the last run on the map while nobody works, until a key is pressed', async () => {
    const startedAt = Date.now() - 600_000
    server.emit(sampleRun(server, startedAt).rest(startedAt))
    await using opened = await open('about:blank')
    const { page } = opened
    await page.clock.install()
    await page.goto(`${server.url}#/map`)
    const connection = page.locator('.connection')
    await connection.getByText('live').waitFor()
    await page.clock.runFor(20_000)
    await page.getByText('This is the last run again').waitFor()
    await connection.getByText('replay').waitFor()
    await page.keyboard.press('Shift')
    await connection.getByText('live').waitFor()
    await page.clock.runFor(20_000)
    await page.getByRole('button', { name: 'Don’t replay' }).click()
    await page.clock.runFor(20_000)
    await connection.getByText('live').waitFor()
  })

  it('stays still at rest when the user prefers reduced motion', async () => {
    const startedAt = Date.now() - 600_000
    server.emit(sampleRun(server, startedAt).rest(startedAt))
    await using opened = await open('about:blank', { reducedMotion: 'reduce' })
    const { page } = opened
    await page.clock.install()
    await page.goto(`${server.url}#/map`)
    await page.locator('.connection').getByText('live').waitFor()
    await page.clock.runFor(20_000)
    expect(await page.locator('.connection').textContent()).toBe('live')
  })
})

import { afterEach, beforeEach, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('Traces in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
    sampleRun(server, Date.now())
  })
  afterEach(() => server.stop())

  it('leads from the list to what failed and why, by keyboard alone, and on to what was written', async () => {
    await using opened = await open(`${server.url}#/traces`)
    const { page } = opened
    await page.getByLabel('failures and retries only').check()
    await page.getByRole('link', { name: 'agent summary' }).press('Enter')
    await page.getByText('5 steps · 1,280 tokens · $0.0031').waitFor()
    await page.getByRole('button', { name: '✕ activity index summary' }).press('Enter')
    await page.getByText('TypeError: Not ready: summary').waitFor()
    await page.getByLabel('Stack').getByText('at note.ts:12').waitFor()
    await page.getByRole('button', { name: '↻ activity note summary' }).press('Enter')
    await page.getByText('Attempt 1 failed with TypeError; again after 50 ms').waitFor()
    await page.getByRole('button', { name: 'model extractive@4', exact: true }).press('Enter')
    await page.getByLabel('answer', { exact: true }).getByText('summary').waitFor()
    await page.getByRole('button', { name: 'wrote objects', exact: true }).press('Enter')
    await page.getByRole('link', { name: 'Answer: what was done about energy?' }).press('Enter')
    await page.getByRole('heading', { name: 'Answer: what was done about energy?' }).waitFor()
    expect(opened.faults).toEqual([])
  })

  it('opens a step that the address names, and those that it is part of', async () => {
    await using opened = await open(`${server.url}#/traces/trace-1/call`)
    const named = opened.page.locator('.span-line.is-named')
    await named.getByText('model extractive@4').waitFor()
    await opened.page.getByText('Tokens in').waitFor()
    expect(await opened.violations()).toEqual([])
  })
})

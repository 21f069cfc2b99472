import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'

import { openBoard } from '../open-board.ts'
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
    await page.getByRole('button', { name: /^wrote objects: Answer: what was done/ }).press('Enter')
    await page.getByRole('link', { name: 'Answer: what was done about energy?' }).press('Enter')
    await page.getByRole('heading', { name: 'Answer: what was done about energy?' }).waitFor()
    expect(opened.faults).toEqual([])
  })

  it('are shown while the page still loads the past, and grow', async () => {
    await using opened = await open(`${server.url}#/traces`)
    const { page } = opened
    // The past never comes.
    await page.route('**/api/events*', () => {})
    await page.reload()
    await page.getByRole('link', { name: 'agent summary' }).waitFor()
    const [first] = server.contents.traces
    const spans = first!.spans.map((span) => ({ ...span, agent: 'newcomer' }))
    server.contents.traces.push({ ...first!, id: 'new', spans })
    await page.getByRole('cell', { name: 'newcomer' }).waitFor()
    await page.getByRole('link', { name: 'agent summary' }).first().press('Enter')
    await page.getByText('5 steps · 1,280 tokens · $0.0031').waitFor()
    await page.locator('.connection', { hasText: 'loading' }).waitFor()
  })

  it('opens a step that the address names, and those that it is part of', async () => {
    await using opened = await open(`${server.url}#/traces/trace-1/call`)
    const named = opened.page.locator('.span-line.is-named')
    await named.getByText('model extractive@4').waitFor()
    await opened.page.getByText('Tokens in').waitFor()
    expect(await opened.violations()).toEqual([])
  })

  it('are in an exported file too, where a record leads to the work that wrote it, and back', async () => {
    await using board = await openBoard()
    await board.memory.as({ id: 'ann', role: 'clerk' }).facts.set('price/anvil', 30)
    const folder = mkdtempSync(join(tmpdir(), 'skein-export-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'run.html')
    writeFileSync(file, await (await board.get('/api/export?format=html')).text())
    await using opened = await open(`${pathToFileURL(file).href}#/memory/facts/price%2Fanvil`)
    const { page } = opened
    await page.getByRole('link', { name: 'wrote', exact: true }).press('Enter')
    await page.getByRole('heading', { name: /^wrote facts: .*anvil/ }).waitFor()
    await page.locator('.span-details a').press('Enter')
    await page.getByRole('heading', { name: 'price/anvil' }).waitFor()
    await page.getByRole('link', { name: 'Traces', exact: true }).click()
    await page.getByRole('link', { name: 'wrote facts' }).first().waitFor()
    expect(opened.faults).toEqual([])
  })
})

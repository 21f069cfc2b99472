import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'

import { cli } from '../../../skein/test/run-skein.ts'
import { duration } from '../../page/ui/amounts.ts'
import { describePage } from './describe-page.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..', '..')

describePage('The page of a real flock', (open) => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows a report being made, leads from it to its sources, and exports to a file', async () => {
    const store = join(folder, 'demo.db')
    await using run = await startRun(store)
    await using opened = await open(run.url.replace('#', '#/map?'))
    const { page } = opened
    await page
      .locator('.flock-summary')
      .getByText(/of \d+ agents/)
      .waitFor()
    expect(page.url()).not.toContain('token')
    await page.getByRole('button', { name: 'Table' }).click()
    await page
      .getByRole('row', { name: /summarizer-\d+/ })
      .first()
      .waitFor()
    await run.ended
    await compareFigures(page, store)

    const base = new URL(run.url).origin
    await page.goto(`${base}/#/memory?tag=answer`)
    await page.locator('.record-row').first().click()
    const sentence = page.locator('.sentences li').first()
    const text = (await sentence.locator('bdi').first().textContent()) ?? ''
    await sentence
      .getByRole('button', { name: /^source/ })
      .first()
      .click()
    const mark = page.locator('mark')
    await mark.waitFor()
    expect((await mark.textContent())?.replaceAll(/\s+/g, ' ')).toBe(text.replaceAll(/\s+/g, ' '))
    await page.locator('.lineage', { hasText: 'Used by' }).getByRole('link').first().waitFor()
    expect(opened.faults).toEqual([])

    const file = join(folder, 'run.html')
    const exported = await page.request.get(`${base}/api/export?format=html`)
    writeFileSync(file, await exported.body())
    await using alone = await open(`${pathToFileURL(file).href}#/map`)
    await alone.page.getByText('exported run').waitFor()
    await alone.page.getByText(/of \d+ agents/).waitFor()
    await alone.page.getByRole('slider', { name: 'Replay position' }).fill('30')
    await alone.page.getByText('30 / ').waitFor()
    await alone.page.getByRole('link', { name: 'Metrics' }).click()
    await alone.page.getByText('calls saved', { exact: true }).waitFor()
    expect(alone.faults).toEqual([])
  }, 180_000)
})

/** Every figure of the page is the command line's. */
async function compareFigures(page: Page, store: string): Promise<void> {
  const stats = (await skein('stats', store)) as {
    readonly records: Readonly<Record<string, { readonly count: number }>>
    readonly work: {
      readonly total: { readonly computed: number; readonly reused: number } & Readonly<
        Record<'used' | 'saved', CliCost>
      >
    }
  }
  const { used, saved, computed, reused } = stats.work.total
  const told = { ...used, tokens: used.inputTokens + used.outputTokens }
  const kept = { ...saved, tokens: saved.inputTokens + saved.outputTokens }
  const text = (value: number): string => value.toLocaleString('en')
  const records = Object.values(stats.records).reduce((sum, { count }) => sum + count, 0)

  const base = new URL(page.url()).origin
  const session = await page.request.get(`${base}/api/session`)
  const { principal } = (await session.json()) as { readonly principal: { readonly id: string } }
  const shared = await readsOfOthers(store, principal.id)
  await page.goto(`${base}/#/map`)
  // A key ends the replay of a page at rest.
  await page.keyboard.press('Shift')
  const shown = async (name: string): Promise<string> =>
    (await page.locator('.flock-summary div', { hasText: name }).locator('dd').textContent()) ?? ''
  await expect.poll(() => shown('records in memory')).toBe(text(records))
  expect(await shown('results reused')).toBe(text(reused))
  expect(await shown('reads of others')).toBe(text(shared))
  await page.locator('.flock-summary').getByText('all idle').waitFor()
  const [, agents, ended] = /of (\d+) agents(?:, (\d+) ended)?/.exec(await shown('agents')) ?? []
  await page.getByRole('button', { name: 'Table' }).click()
  const states = page.locator('table').first().locator('tbody tr td:nth-child(3)')
  const running = (await states.allTextContents()).filter((state) => state !== 'ended')
  expect(agents).toBe(String(running.length))

  await page.goto(`${base}/#/timeline`)
  await page.getByRole('button', { name: 'Table' }).click()
  expect(await sumOf(page, 'Runs')).toBe(computed)
  expect(await sumOf(page, 'Reuses')).toBe(reused)

  await page.goto(`${base}/#/traces`)
  await page.getByText(/pieces of work/).waitFor()
  expect(await sumOf(page, 'Tokens')).toBe(told.tokens)

  await page.goto(`${base}/#/metrics`)
  const card = (name: string) => page.locator('.card', { hasText: name })
  await card('calls saved').getByText(text(kept.calls), { exact: true }).waitFor()
  await card('calls saved')
    .getByText(`${text(told.calls)} made`)
    .waitFor()
  await card('results reused')
    .getByText(`${text(computed)} computed`)
    .waitFor()
  await card('working time saved').getByText(duration(kept.ms), { exact: true }).waitFor()
  await card('working time saved')
    .getByText(`${duration(told.ms)} spent`)
    .waitFor()
  await card('tokens saved').getByText(text(kept.tokens), { exact: true }).waitFor()
  await card('tokens saved')
    .getByText(`${text(told.tokens)} used`)
    .waitFor()

  await page.goto(`${base}/#/runs`)
  const row = page.locator('.runs tbody tr')
  expect(await row.locator('td[data-head="Calls"]').textContent()).toBe(text(told.calls))
  expect(await row.locator('td[data-head="Saved"]').textContent()).toBe(`${text(kept.calls)} calls`)
  expect(await row.locator('td[data-head="Agents"]').textContent()).toBe(text(Number(agents) + Number(ended ?? 0)))
  await row.getByRole('link').click()
  await card('tokens saved')
    .getByText(`${text(told.tokens)} used`)
    .waitFor()
  await page.getByText('answered 2 of 2 questions').waitFor()
}

/** The figures of a column, added up. */
async function sumOf(page: Page, column: string): Promise<number> {
  const cells = page.locator(`td[data-head="${column}"]`)
  await cells.first().waitFor()
  return (await cells.allTextContents()).reduce((sum, cell) => sum + Number(cell.replaceAll(',', '')), 0)
}

/** How often agents read what another one had written, by the audit. @param viewer - Who looks at the page. */
async function readsOfOthers(store: string, viewer: string): Promise<number> {
  const { stdout } = await execute(
    'node',
    [cli, 'audit', '--store', store, '--right', 'audit', '--as', 'auditor', '--json-lines'],
    {
      maxBuffer: 100_000_000,
    },
  )
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditLine)
  const record = ({ collection, id }: AuditLine): string => `${collection}/${id}`
  const writes = entries.filter(({ action }) => action === 'write')
  const authors = new Map(writes.map((entry) => [record(entry), entry.agent]))
  return entries
    .filter((entry) => entry.action === 'read' && entry.outcome === 'hit')
    .filter((entry) => entry.agent !== viewer && authors.get(record(entry)) !== entry.agent)
    .reduce((sum, { count }) => sum + count, 0)
}

interface AuditLine {
  readonly agent: string
  readonly action: string
  readonly outcome: string
  readonly collection: string
  readonly id: string
  readonly count: number
}

interface CliCost {
  readonly calls: number
  readonly ms: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a command prints as JSON. */
async function skein(command: string, store: string): Promise<unknown> {
  const { stdout } = await execute('node', [cli, command, '--store', store, '--json'])
  return JSON.parse(stdout) as unknown
}

/** Starts `skein run` with its dashboard, as the demo does. */
async function startRun(
  store: string,
): Promise<AsyncDisposable & { readonly url: string; readonly ended: Promise<void> }> {
  const report = join(root, 'examples', 'data', '1981_jimmy_carter_d.txt')
  const questions = ['What is said about the hostages in Iran?', 'What was done for the environment?']
  const asked = questions.flatMap((question) => ['--question', question])
  const child = spawn('node', [cli, 'run', report, ...asked, '--store', store, '--dashboard'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  const waitFor = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output)
        if (match) resolve(match[0])
      }
      child.stderr.on('data', look)
      child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${output}`)))
      look()
    })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const url = await waitFor(/http:\/\/\S+#token=[\w-]+/)
  const ended = waitFor(/The run has ended/).then(() => undefined)
  return {
    url,
    ended,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

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
import { describePage } from './describe-page.ts'

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
  const { used, saved, reused } = stats.work.total
  const told = { ...used, tokens: used.inputTokens + used.outputTokens }
  const kept = { ...saved, tokens: saved.inputTokens + saved.outputTokens }
  const text = (value: number): string => value.toLocaleString('en')
  const records = Object.values(stats.records).reduce((sum, { count }) => sum + count, 0)

  const base = new URL(page.url()).origin
  await page.goto(`${base}/#/map`)
  const shown = async (name: string): Promise<string> =>
    (await page.locator('.flock-summary div', { hasText: name }).locator('dd').textContent()) ?? ''
  await expect.poll(() => shown('records in memory')).toBe(text(records))
  expect(await shown('results reused')).toBe(text(reused))
  const agents = /of (\d+) agents/.exec(await shown('agents'))?.[1]
  await page.getByRole('button', { name: 'Table' }).click()
  const states = page.locator('table').first().locator('tbody tr td:nth-child(3)')
  const running = (await states.allTextContents()).filter((state) => state !== 'ended')
  expect(agents).toBe(String(running.length))

  await page.goto(`${base}/#/metrics`)
  const card = (name: string) => page.locator('.card', { hasText: name })
  await card('calls saved').getByText(text(kept.calls), { exact: true }).waitFor()
  await card('calls saved')
    .getByText(`${text(told.calls)} made`)
    .waitFor()
  await card('tokens saved').getByText(text(kept.tokens), { exact: true }).waitFor()
  await card('tokens saved')
    .getByText(`${text(told.tokens)} used`)
    .waitFor()

  await page.goto(`${base}/#/runs`)
  const row = page.locator('.runs tbody tr')
  expect(await row.locator('td[data-head="Calls"]').textContent()).toBe(text(told.calls))
  expect(await row.locator('td[data-head="Saved"]').textContent()).toBe(`${text(kept.calls)} calls`)
  await row.getByRole('link').click()
  await card('tokens saved')
    .getByText(`${text(told.tokens)} used`)
    .waitFor()
  await page.getByText('answered 2 of 2 questions').waitFor()
}

interface CliCost {
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a command prints as JSON. */
async function skein(command: string, store: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('node', [cli, command, '--store', store, '--json'])
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, expect, it } from 'vitest'

import { describePage } from './describe-page.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')

describePage('The page of a real flock', (open) => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows a report being made, leads from it to its sources, and exports to a file', async () => {
    await using run = await startRun(join(folder, 'demo.db'))
    await using opened = await open(run.url)
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

/** Starts `skein run` with its dashboard, as the demo does. */
async function startRun(
  store: string,
): Promise<AsyncDisposable & { readonly url: string; readonly ended: Promise<void> }> {
  const cli = join(root, 'packages', 'skein', 'src', 'cli.ts')
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { pathToFileURL } from 'node:url'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { ensurePage } from '../../page/build.ts'
import { serveDashboard } from '../../src/index.ts'
import { missing, startChromium } from './chromium.ts'
import { openPage } from './open-page.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')

describe.skipIf(missing !== undefined && !env['CI'])(
  `The page of a real flock${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
    let browser: Browser

    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing)
      await ensurePage()
      browser = await startChromium()
    }, 180_000)
    afterAll(async () => {
      await browser?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it('shows the demo at work, leads from its report to the sources, and goes along as a file', async () => {
      await using run = await startRun(join(folder, 'demo.db'))
      await using open = await openPage(browser, run.url)
      const { page } = open
      await page
        .locator('.pulse')
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
      expect(open.faults).toEqual([])

      const file = join(folder, 'run.html')
      const exported = await page.request.get(`${base}/api/export?format=html`)
      writeFileSync(file, await exported.body())
      await using alone = await openPage(browser, `${pathToFileURL(file).href}#/map`)
      await alone.page.getByText('exported run').waitFor()
      await alone.page.getByText(/of \d+ agents/).waitFor()
      await alone.page.getByRole('slider', { name: 'Moment' }).fill('30')
      await alone.page.getByText('30 / ').waitFor()
      expect(alone.faults).toEqual([])
    }, 180_000)

    it('answers an escalation, and whoever waits for it goes on', async () => {
      await using memory = await openMemory({ store: sqliteStore(join(folder, 'inbox.db')) })
      const ann = memory.as({ id: 'ann', role: 'sales' })
      await ann.observations.log({ task: 'deal', value: 'The customer asks for a fifth off.', tags: ['price'] })
      const { id } = await ann.escalations.open({ task: 'deal', reason: 'Above my limit.', question: 'Grant 20 %?' })
      const answered = ann.escalations.answered(id)
      const principal = { id: 'ada', role: 'operator' }
      await using board = await serveDashboard({ memory, principal, allowAnswers: true })
      await using open = await openPage(browser, board.url)
      const { page } = open
      await page.locator('.badge').getByText('1').waitFor()
      await page.goto(`${new URL(board.url).origin}/#/inbox`)
      await page.getByText('Grant 20 %?').first().waitFor()
      await page.keyboard.press('j')
      await page.getByText('The customer asks for a fifth off.').waitFor()
      await page.keyboard.press('t')
      await page.getByText('It is yours now.').waitFor()
      await page.keyboard.press('a')
      await page.keyboard.type('Yes, this once.')
      await page.keyboard.press('Control+Enter')
      await page.getByText('Answered: who waits goes on with it.').waitFor()
      expect(await answered).toMatchObject({ state: 'answered', answer: 'Yes, this once.', takenBy: 'ada' })
      expect(open.faults).toEqual([])
    }, 120_000)
  },
)

/** The demo's report with its dashboard, as the command runs it. */
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
  let said = ''
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(said)
        if (match) resolve(match[0])
      }
      child.stderr.on('data', look)
      child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said}`)))
      look()
    })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const url = await says(/http:\/\/\S+#token=[\w-]+/)
  const ended = says(/The run has ended/).then(() => undefined)
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

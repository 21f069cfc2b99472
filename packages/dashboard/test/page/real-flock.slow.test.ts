import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, expect, it } from 'vitest'

import { reportFile } from '../../../skein/test/sample-files.ts'
import { describePage } from './describe-page.ts'
import { startDashboard } from './figures/started-dashboard.ts'

describePage('The page of a real flock', (open) => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-page-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows a report being made, leads from it to its sources, and exports to a file', async () => {
    const questions = ['What is said about the hostages in Iran?', 'What was done for the environment?']
    const asked = questions.flatMap((question) => ['--question', question])
    const command = ['run', reportFile, ...asked, '--store', 'demo.db', '--dashboard']
    await using run = await startDashboard(command, folder)
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

import { noCost, recordRun } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

import { openBoard } from '../open-board.ts'
import type { OpenBoard } from '../open-board.ts'
import { describePage } from './describe-page.ts'

const sentence = 'Dairy farmers began to earn a profit again.'

/** Records a run that answers one question from one file. */
async function runOn(board: OpenBoard, title: string, question: string, calls: number): Promise<void> {
  const view = board.memory.as({ id: 'combiner-1', role: 'combiner' })
  const source = await view.objects.put(`About farms.\n${sentence}\nThe end of ${title}.`, { title, tags: ['source'] })
  const run = await recordRun(view, { title, questions: [question] })
  // A part of another file, which tells its place.
  const told = { task: 'letters', tags: ['part', 'at:100-124'] }
  const part = await view.objects.put('Farms earned money. Then', told)
  const retold = { text: 'They became profitable.', citations: [{ source: 'letters', start: 100, end: 119 }] }
  const quotes = [retold, { text: sentence, citations: [{ source: 'd', start: 13, end: 13 + sentence.length }] }]
  const answer = await view.objects.put({ topic: question, quotes, calls }, { derivedFrom: [source, part] })
  const answers = [{ question, object: answer.id, isAnswered: true }]
  await run.end({ state: 'done', agents: 68, used: { ...noCost, calls }, saved: { ...noCost, calls: 147 }, answers })
}

describePage('The runs in Chromium', (open) => {
  it('are shown while the page still loads the past', async () => {
    await using board = await openBoard()
    await runOn(board, 'farms.txt', 'What about farmers?', 149)
    await using opened = await open(board.board.url)
    const { page } = opened
    // The past never comes.
    await page.route('**/api/events*', () => {})
    await page.reload()
    await page.getByRole('row', { name: /farms\.txt/ }).waitFor()
    await page.locator('.connection', { hasText: 'loading' }).waitFor()
  })

  it('lead from a list with filters to answers, and from a sentence to its source', async () => {
    await using board = await openBoard()
    await runOn(board, 'farms.txt', 'What about farmers?', 149)
    await runOn(board, 'letters.txt', 'Who wrote?', 2)
    await using opened = await open(board.board.url)
    const { page } = opened
    const rows = page.locator('.runs tbody tr')
    await page.getByText('2 runs').waitFor()
    await page.getByLabel('Search').fill('farmers')
    await page.getByText('1 of 2 runs').waitFor()
    expect(await rows.first().textContent()).toContain('farms.txt')
    await page.getByLabel('Search').fill('')
    await page.getByLabel('Calls, at least').fill('100')
    await page.getByText('1 of 2 runs').waitFor()
    await page.getByLabel('Calls, at least').fill('')
    await page.getByLabel('Report').selectOption('letters.txt')
    await page.getByText('1 of 2 runs').waitFor()
    await page.getByLabel('Report').selectOption('')
    await page.getByLabel('Agent').fill('nobody')
    await page.getByText('No run matches').waitFor()
    await page.getByLabel('Agent').fill('combiner')
    await page.getByText('2 runs').waitFor()

    await page.getByRole('link', { name: 'farms.txt' }).click()
    await page.getByRole('heading', { name: 'What about farmers?' }).waitFor()
    await page.getByText('149 made').waitFor()
    expect(await opened.violations()).toEqual([])
    await page.getByRole('button', { name: 'source 13–' }).click()
    expect(await page.locator('mark').textContent()).toBe(sentence)
    // By its place, one part of many is found, and marked although the sentence says it in other words.
    await page.goBack()
    await page.getByRole('button', { name: 'source 100–119' }).click()
    await page.locator('mark').getByText('Farms earned money.').waitFor()
    expect(opened.faults).toEqual([])
  })

  it('are compared: figures and answers', async () => {
    await using board = await openBoard()
    await runOn(board, 'letters.txt', 'Who wrote?', 2)
    await runOn(board, 'farms.txt', 'What about farmers?', 149)
    await runOn(board, 'farms.txt', 'What about farmers?', 1)
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.locator('.runs a').first().click()
    await page.getByLabel('Compare with').selectOption({ index: 1 })
    const made = page.getByRole('row', { name: /^Calls made/ })
    expect(await made.getByRole('cell').allTextContents()).toEqual(['149', '1', '−148'])
    await page.getByText('Nothing changed.').waitFor()
    await page.getByLabel('Compare with').selectOption({ index: 2 })
    await page.getByText('Only the other run has this answer.').waitFor()
    await page.getByText('Only this run has this answer.').waitFor()
    expect(
      await page
        .locator('.diff')
        .getByText(/^[−+]\s*$/)
        .count(),
    ).toBe(0)
    expect(await opened.violations()).toEqual([])
    expect(opened.faults).toEqual([])
  })

  it('appear while they work, with what their agents do', async () => {
    await using board = await openBoard()
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.getByText('No run is recorded').waitFor()
    const view = board.memory.as({ id: 'reader-1', role: 'reader' })
    const run = await recordRun(view, { title: 'farms.txt', questions: [] })
    await page.getByRole('link', { name: 'farms.txt' }).click()
    await page.getByText('running').first().waitFor()
    const { promise, resolve } = Promise.withResolvers<void>()
    const work = view.once('activity/note@1/abc', () => promise, { title: 'note: Energy' })
    await page.getByText('note: Energy').waitFor()
    resolve()
    await work
    await page.getByText('1 done, 0 running').waitFor()
    await run.end({ state: 'failed', agents: 1, used: noCost, saved: noCost, answers: [], problem: 'It rained.' })
    await page.getByText('It rained.').waitFor()
    expect(opened.faults).toEqual([])
  })
})

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'

import type { Session } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import { describePage } from './describe-page.ts'

/** Where the scripts of a page still hold a word, by Chromium's snapshot of their heap. */
async function heldBy(page: Page, word: string): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks
    .join('')
    .split('\n')
    .filter((text) => text.includes(word))
}

describePage('The page, when something is forgotten', (open) => {
  it('lets go of it everywhere, and keeps what a person is writing', async () => {
    await using board = await openBoard({ allowAnswers: true })
    const ann = board.memory.as({ id: 'ann', role: 'sales' })
    await ann.facts.set('call', 'Quill', { subject: 'person/42' })
    const call = await ann.observations.log({ task: 't1', value: 'Quill called', subject: 'person/42' })
    await ann.escalations.open({ task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?' })
    await using opened = await open(board.board.url.replace('#', `#/memory/observations/${call.id}?`))
    const { page } = opened
    let streamOf = ''
    page.on('request', (request) => {
      if (request.url().includes('/api/stream')) streamOf = new URL(request.url()).searchParams.get('erasures') ?? ''
    })
    await page.getByRole('heading', { name: 'Quill called' }).waitFor()
    await page.getByRole('link', { name: /Inbox/ }).click()
    await page.getByText('Grant 20 %?').first().click()
    await page.getByText('Quill called').first().waitFor()
    await page.keyboard.press('t')
    await page.getByText('Taken. It is assigned to you.').waitFor()
    await page.keyboard.press('a')
    await page.getByLabel('Your answer').fill('Yes, but')

    const officer = board.memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] })
    await officer.forget({ subject: 'person/42' }, { reason: 'asked' })
    // It has loaded all again once it follows the stream as of now.
    await expect.poll(async () => streamOf === (await board.json<Session>('/api/session')).erasures).toBe(true)
    await page.getByText('Quill').first().waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Grant 20 %?' }).waitFor()
    expect(await page.getByLabel('Your answer').inputValue()).toBe('Yes, but')

    // Before it was forgotten, there was a record, but nobody knows what it said.
    await page.getByRole('link', { name: 'Memory' }).click()
    await page.getByText('asked').first().waitFor()
    const shown = page.getByText(call.id.slice(0, 8)).first()
    const isShown = (): Promise<boolean> => {
      return shown.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      )
    }
    let found = false
    // What the page heard before, such as reads, may come first.
    for (let position = 2; position < 6 && !found; position += 1) {
      await page.getByRole('slider', { name: 'Replay position' }).fill(`${position}`)
      found = await isShown()
    }
    expect(found).toBe(true)
    await expect.poll(() => heldBy(page, 'Quill')).toEqual([])
    expect(opened.faults).toEqual([])
  })
})

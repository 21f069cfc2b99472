import { afterEach, beforeEach, expect, it } from 'vitest'

import type { InboxDetail } from '../../src/index.ts'
import { describePage } from './describe-page.ts'
import { FixtureServer } from './fixture/fixture-server.ts'
import { sampleRun } from './fixture/sample-run.ts'

describePage('The inbox in Chromium', (open) => {
  let server: FixtureServer
  beforeEach(async () => {
    server = await new FixtureServer().start()
  })
  afterEach(() => server.stop())

  it('says what it is for while it is empty, also on a small screen', async () => {
    await using opened = await open(`${server.url}#/inbox`, { viewport: { width: 390, height: 844 } })
    await opened.page.getByText('No escalations. Agents ask here when they need a person.').waitFor()
  })

  it('says that it lists only the latest of those that have ended', async () => {
    sampleRun(server, Date.now())
    const [[id, detail]] = server.contents.inbox as unknown as [[string, InboxDetail]]
    for (let n = 0; n < 200; n += 1) {
      const item = { ...detail.item, id: `${id}-${n}`, state: 'declined' } as const
      server.contents.inbox.set(item.id, { ...detail, item })
    }
    await using opened = await open(`${server.url}#/inbox`)
    await opened.page.getByText('Of those that have ended, the latest 200 are listed.').waitFor()
    expect(await opened.violations()).toEqual([])
  })

  it('answers an escalation with the keyboard alone', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/inbox`)
    const { page } = opened
    await page.getByText('Two parts name different').first().waitFor()
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('j', 'j')
    await page.getByRole('heading', { name: /May the summary/ }).waitFor()
    await press('k')
    await page.getByRole('heading', { name: /Two parts name/ }).waitFor()
    await page.getByText('Part 12 gives the price').waitFor()
    await press('t')
    await page.getByText('Taken. It is assigned to you.').waitFor()
    await press('a')
    await page.getByLabel('Your answer').fill('34 dollars: part 12 is the newer one.')
    await press('Control+Enter')
    await page.getByText('Answered. The waiting agent continues').waitFor()
    expect(server.contents.inbox.get('esc-1')?.item).toMatchObject({
      state: 'answered',
      answer: '"34 dollars: part 12 is the newer one."',
    })
    // The next question is open, and has the focus.
    await page.getByRole('heading', { name: /May the summary/ }).waitFor()
    await page.locator('h2:focus').waitFor()
    await press('a', 'Escape', 'h')
    await page.getByLabel('Reason for handing back').fill('Not ours to say.')
    await press('Control+Enter')
    await page.getByText('Handed back.').waitFor()
    expect(server.contents.inbox.get('esc-2')?.item.state).toBe('handed-back')
    await page.getByText('All done.').waitFor()
    await page.locator('h2:focus').waitFor()
    expect(opened.faults).toEqual([])
  })

  it('declines with a reason', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/inbox/esc-2`)
    const { page } = opened
    await page.getByRole('heading', { name: /May the summary/ }).waitFor()
    await page.keyboard.press('d')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Write something first.').waitFor()
    await page.getByLabel('Reason for declining').fill('Their families have not been told.')
    expect(await opened.violations()).toEqual([])
    await page.keyboard.press('Control+Enter')
    await page.getByText('Declined. The waiting agent').waitFor()
    const item = { state: 'declined', answer: '"Their families have not been told."' }
    expect(server.contents.inbox.get('esc-2')?.item).toMatchObject(item)
    await page.locator('.state-declined').waitFor()
    await page.getByRole('heading', { name: /Two parts name/ }).waitFor()
    await page.goto(`${server.url}#/inbox/esc-2`)
    await page.getByRole('heading', { name: /May the summary/ }).waitFor()
    expect(await page.getByRole('button', { name: /Decline/ }).count()).toBe(0)
    expect(opened.faults).toEqual([])
  })

  it('refuses invalid JSON', async () => {
    sampleRun(server, Date.now())
    await using opened = await open(`${server.url}#/inbox/esc-1`)
    await opened.page.getByRole('button', { name: /^Answer/ }).click()
    await opened.page.getByRole('button', { name: 'JSON' }).click()
    await opened.page.getByLabel('Your answer, as JSON').fill('{ "usd": 34')
    await opened.page.getByRole('button', { name: /Send answer/ }).click()
    await opened.page.getByText('This is not valid JSON').waitFor()
    await opened.page.getByLabel('Your answer, as JSON').fill('{ "usd": 34 }')
    await opened.page.getByRole('button', { name: /Send answer/ }).click()
    await opened.page.getByText('Answered.').waitFor()
    expect(server.contents.inbox.get('esc-1')?.item.answer).toBe('{ "usd": 34 }')
  })
})

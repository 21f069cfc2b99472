import { expect, it } from 'vitest'

import { openBoard } from '../open-board.ts'
import { describePage } from './describe-page.ts'

describePage('What holds no more, in Chromium', (open) => {
  it('says in words what was retracted, superseded, is in doubt, or tells of an erasure or a hold', async () => {
    await using board = await openBoard()
    const ann = board.memory.as({ id: 'ann', role: 'research', rights: ['hold'] })
    const rumor = await ann.observations.log({ value: 'Acme is for sale' })
    await ann.decisions.record({ task: 't', decision: 'Bid for Acme', reasoning: 'none', derivedFrom: [rumor] })
    const old = await ann.observations.log({ value: 'It costs 10' })
    await ann.observations.supersede(old.id, { value: 'It costs 12' }, { reason: 'a typo' })
    await ann.facts.set('spare', 1)
    await ann.forget('facts/spare', { reason: 'Nobody needs it.' })
    await ann.facts.set('kept', 1)
    await ann.holds.place('facts/kept', { reason: 'Case 8' })
    const settled = await ann.holds.place('facts/kept', { reason: 'Case 9' })
    await ann.holds.release(settled.id, { reason: 'It is settled.' })
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Memory', exact: true }).click()
    const row = (title: string) => page.getByRole('option', { name: title })
    await row('Acme is for sale').getByText('Acme is for sale').click()
    await page.getByRole('heading', { name: 'Acme is for sale' }).waitFor()
    // While the page looks on.
    await ann.observations.retract(rumor.id, 'It was a rumor.')
    await page.getByRole('note').getByText('It was a rumor.').waitFor()
    await row('retracted Acme is for sale').waitFor()
    await row('in doubt Bid for Acme').waitFor()
    await row('superseded It costs 10').waitFor()
    await row('erasure Nobody needs it.').waitFor()
    await row('hold Case 8').waitFor()
    await row('released hold Case 9').click()
    await page.getByRole('note').getByText('It is settled.').waitFor()
    expect(await row('It costs 12').locator('.state-badge').count()).toBe(0)
    // A correction is in no doubt because of what it corrects.
    expect(await page.getByRole('option').getByText('in doubt').count()).toBe(1)
    // What rests on it is listed with it.
    await row('retracted Acme is for sale').click()
    await page.getByRole('heading', { name: 'Acme is for sale' }).waitFor()
    expect(await page.locator('.lineage').getByText('in doubt').count()).toBe(1)

    await row('superseded It costs 10').click()
    await page.getByRole('note').getByText('a typo').waitFor()
    await page.getByRole('link', { name: 'Show the valid record' }).click()
    await page.getByRole('heading', { name: 'It costs 12' }).waitFor()
    await row('in doubt Bid for Acme').click()
    await page
      .getByRole('note')
      .getByRole('link', { name: `observations/${rumor.id}` })
      .waitFor()
    if (process.env['SKEIN_SCREENSHOT'] !== undefined) await page.screenshot({ path: process.env['SKEIN_SCREENSHOT'] })
    await page.getByRole('note').getByRole('link').click()
    await page.getByRole('heading', { name: 'Acme is for sale' }).waitFor()
    expect(opened.faults).toEqual([])
    expect(await opened.violations()).toEqual([])

    // As it was when the first record had been written.
    await page.getByRole('slider', { name: 'As it was' }).fill('0')
    await row('erasure Nobody needs it.').waitFor({ state: 'detached' })
    await row('Acme is for sale').first().waitFor()
    expect(await row('retracted Acme is for sale').count()).toBe(0)
    expect(opened.faults).toEqual([])
  })
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { behavior, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { KilledServer } from '../killed-server.ts'
import { openBoard } from '../open-board.ts'
import { describePage } from './describe-page.ts'

describePage('The page of a live memory', (open) => {
  it('opens with the link, removes the token from the address, and opens again with the cookie', async () => {
    await using board = await openBoard()
    await using opened = await open(board.board.url.replace('#', '#/map?'))
    const { page } = opened
    await page.getByText('no agents yet').waitFor()
    expect(page.url()).not.toContain(board.board.token)
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.reload()
    await page.getByText('no agents yet').waitFor()
    expect(opened.faults).toEqual([])
    await using stranger = await open(`${board.origin}/`)
    await stranger.page.getByText('Open the link').waitFor()
  })

  it('shows the agents of a flock and their records as they appear', async () => {
    await using memory = await openMemory({ store: mapStore() })
    await using flock = await createFlock({ memory, threads: 1 })
    await using board = await openBoard({ memory, flock })
    await using opened = await open(board.board.url.replace('#', '#/map?'))
    const { page } = opened
    await page.getByText('no agents yet').waitFor()
    const clerk = behavior({ role: 'clerk', initial: 0, receive: (count: number) => count + 1 })
    const agents = Array.from({ length: 3 }, (_, n) => flock.spawn(clerk, { id: `clerk-${n + 1}` }))
    const ann = agents[0]?.memory
    const bob = agents[1]?.memory
    const part = await ann?.objects.put('The first chapter.', { task: 'report', tags: ['part'] })
    if (part) await bob?.objects.get(part)
    await bob?.observations.log({ task: 'report', value: 'It begins well.', ...(part && { derivedFrom: [part] }) })
    await page.getByRole('button', { name: 'Table' }).click()
    for (const id of ['clerk-1', 'clerk-2', 'clerk-3']) {
      await page
        .getByRole('row', { name: new RegExp(String.raw`${id}\b`) })
        .first()
        .waitFor()
    }
    await page.getByRole('link', { name: 'Memory' }).click()
    await page.getByText('It begins well.').first().click()
    await page.getByRole('heading', { name: 'It begins well.' }).waitFor()
    const sources = page.locator('.lineage', { hasText: 'Made from' })
    await sources.getByRole('link').first().click()
    await page.getByText('The first chapter.').first().waitFor()
    await page.locator('.lineage', { hasText: 'Used by' }).getByRole('link', { name: 'It begins well.' }).waitFor()
    expect(opened.faults).toEqual([])
    expect(await opened.violations()).toEqual([])
  })

  it('lets a person answer an escalation, and the waiting agent continues', async () => {
    await using board = await openBoard({ allowAnswers: true })
    const ann = board.memory.as({ id: 'ann', role: 'sales' })
    const { id } = await ann.escalations.open({ task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?' })
    const answered = ann.escalations.answered(id)
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.locator('.badge').getByText('1').waitFor()
    await page.getByRole('link', { name: /Inbox/ }).click()
    await page.getByText('Grant 20 %?').first().click()
    await page.getByRole('heading', { name: 'Grant 20 %?' }).waitFor()
    await page.keyboard.press('t')
    await page.getByText('Taken. It is assigned to you.').waitFor()
    await page.keyboard.press('a')
    await page.getByLabel('Your answer').fill('Yes, this once.')
    await page.keyboard.press('Control+Enter')
    expect(await answered).toMatchObject({ state: 'answered', answer: 'Yes, this once.', takenBy: 'ada' })
    await page.getByText('Answered. The waiting agent continues').waitFor()
    expect(opened.faults).toEqual([])
  })

  it('is one file that needs no server, when a run is exported', async () => {
    await using board = await openBoard()
    const ann = board.memory.as({ id: 'ann', role: 'reader' })
    const hostile = '</script><script>document.title = "owned"</script><img src=x onerror=alert(1)>'
    const part = await ann.objects.put('The first chapter.', { tags: [hostile] })
    await ann.observations.log({ task: 'report', value: `It begins well. ${hostile}`, derivedFrom: [part] })
    const path = join(mkdtempSync(join(tmpdir(), 'skein-export-')), 'run.html')
    writeFileSync(path, await (await board.get('/api/export?format=html')).text())
    await using opened = await open(`file://${path}#/memory`)
    const { page } = opened
    await page.getByText('It begins well.').first().click()
    await page.getByRole('heading', { name: /It begins well/ }).waitFor()
    await page.locator('.lineage', { hasText: 'Made from' }).getByRole('link').first().click()
    await page.getByText('The first chapter.').first().waitFor()
    expect(await page.title()).not.toBe('owned')
    expect(opened.faults).toEqual([])
  })

  it('gets every event exactly once after its server was killed and restarted', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'skein-page-')), 'x.db')
    await using memory = await openMemory({ store: sqliteStore(path), auditKeepMs: 0 })
    const ann = memory.as({ id: 'ann', role: 'reader' })
    const write = async (from: number, to: number): Promise<void> => {
      for (let n = from; n <= to; n += 1) await ann.facts.set(`n/${n}`, n)
    }
    await using server = await new KilledServer(path).start()
    await write(1, 30)
    await using opened = await open(server.url)
    const { page } = opened
    const shown = (count: number): Promise<void> => page.getByText(`${count} / ${count} events`).first().waitFor()
    await shown(30)
    await write(31, 40)
    await shown(40)
    await server.kill()
    await page.getByText('reconnecting').waitFor()
    await write(41, 300)
    await page.waitForTimeout(3_000)
    await server.start()
    await shown(300)
    await write(301, 305)
    await shown(305)
    expect(opened.faults).toEqual([])
  })
})

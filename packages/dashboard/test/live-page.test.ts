import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'

import { behavior, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { KilledServer } from './killed-server.ts'
import { openBoard } from './open-board.ts'
import { missing, startChromium } from './page/chromium.ts'
import { openPage } from './page/open-page.ts'

describe.skipIf(missing !== undefined && !env['CI'])(
  `The page on a memory that lives${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let browser: Browser
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing)
      browser = await startChromium()
    }, 180_000)
    afterAll(() => browser?.close())

    it('opens with the link, takes the token out of the address, and opens again with the cookie', async () => {
      await using open = await openBoard()
      await using opened = await openPage(browser, open.board.url)
      const { page } = opened
      await page.getByText('no agent yet').waitFor()
      expect(page.url()).not.toContain(open.board.token)
      expect(await page.evaluate('document.cookie')).toBe('')
      await page.reload()
      await page.getByText('no agent yet').waitFor()
      expect(opened.faults).toEqual([])
      await using stranger = await openPage(browser, `${open.origin}/`)
      await stranger.page.getByText('Open the link').waitFor()
    })

    it('shows the agents of a flock, and what they remember, as it happens', async () => {
      await using memory = await openMemory({ store: mapStore() })
      await using flock = await createFlock({ memory, threads: 1 })
      await using open = await openBoard({ memory, flock })
      await using opened = await openPage(browser, open.board.url)
      const { page } = opened
      await page.getByText('no agent yet').waitFor()
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

    it('has a person answer an escalation, and the agent that waits goes on', async () => {
      await using open = await openBoard({ allowAnswers: true })
      const ann = open.memory.as({ id: 'ann', role: 'sales' })
      const { id } = await ann.escalations.open({ task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?' })
      const answered = ann.escalations.answered(id)
      await using opened = await openPage(browser, open.board.url)
      const { page } = opened
      await page.getByRole('link', { name: /Inbox/ }).click()
      await page.getByText('Grant 20 %?').first().click()
      await page.getByRole('heading', { name: 'Grant 20 %?' }).waitFor()
      await page.keyboard.press('t')
      await page.getByText('It is yours now.').waitFor()
      await page.keyboard.press('a')
      await page.getByLabel('Your answer').fill('Yes, this once.')
      await page.keyboard.press('Control+Enter')
      expect(await answered).toMatchObject({ state: 'answered', answer: 'Yes, this once.' })
      await page.getByText('Answered: who waits goes on with it.').waitFor()
      expect(opened.faults).toEqual([])
    })

    it('is one file that needs no server, when a run is exported', async () => {
      await using open = await openBoard()
      const ann = open.memory.as({ id: 'ann', role: 'reader' })
      const hostile = '</script><script>document.title = "owned"</script><img src=x onerror=alert(1)>'
      const part = await ann.objects.put('The first chapter.', { tags: [hostile] })
      await ann.observations.log({ task: 'report', value: `It begins well. ${hostile}`, derivedFrom: [part] })
      const path = join(mkdtempSync(join(tmpdir(), 'skein-export-')), 'run.html')
      writeFileSync(path, await (await open.get('/api/export?format=html')).text())
      await using opened = await openPage(browser, `file://${path}#/memory`)
      const { page } = opened
      await page.getByText('It begins well.').first().click()
      await page.getByRole('heading', { name: /It begins well/ }).waitFor()
      await page.locator('.lineage', { hasText: 'Made from' }).getByRole('link').first().click()
      await page.getByText('The first chapter.').first().waitFor()
      expect(await page.title()).not.toBe('owned')
      expect(opened.faults).toEqual([])
    })

    it('loses its server to a kill -9, and has every event once when there is another one', async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'skein-page-')), 'x.db')
      await using memory = await openMemory({ store: sqliteStore(path), auditKeepMs: 0 })
      const ann = memory.as({ id: 'ann', role: 'reader' })
      const write = async (from: number, to: number): Promise<void> => {
        for (let n = from; n <= to; n += 1) await ann.facts.set(`n/${n}`, n)
      }
      await using server = await new KilledServer(path).start()
      await write(1, 30)
      await using opened = await openPage(browser, server.url)
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
  },
)

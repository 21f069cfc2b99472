import { env } from 'node:process'

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { ensurePage } from '../../page/build.ts'
import { missing, startChromium } from './chromium.ts'
import { FixtureServer } from './fixture-server.ts'
import { openPage } from './open-page.ts'
import { quoted, sampleRun } from './sample-run.ts'

const views = ['map', 'timeline', 'memory/objects/answer', 'inbox/esc-1', 'figures'] as const

describe.skipIf(missing !== undefined && !env['CI'])(
  `The page in Chromium${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let browser: Browser
    let server: FixtureServer

    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing)
      await ensurePage()
      browser = await startChromium()
    }, 180_000)
    afterAll(() => browser?.close())
    beforeEach(async () => {
      server = await new FixtureServer().start()
    })
    afterEach(() => server.stop())

    it('shows agents and objects as they appear', async () => {
      await using open = await openPage(browser, server.url)
      const { page } = open
      await page.getByText('no agent yet').waitFor()
      sampleRun(server, Date.now())
      await page.getByText('of 30 agents').waitFor()
      await page.getByRole('button', { name: 'Table' }).click()
      await page
        .getByRole('row', { name: /reader-1\b/ })
        .first()
        .waitFor()
      await page.getByRole('row', { name: /Answer: what was done/ }).waitFor()
      // The same on the drawing: it is not of one colour.
      await page.getByRole('button', { name: 'Map', exact: true }).click()
      await page.waitForTimeout(300)
      const colours = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector('.map-canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })()`)
      expect(colours).toBeGreaterThan(50)
      expect(open.faults).toEqual([])
    })

    it('leads from a cited sentence to the part that says it, and on to all that used the part', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/memory/objects/answer`)
      const { page } = open
      await page.getByRole('button', { name: /^source/ }).click()
      await page.getByRole('heading', { name: 'Part: energy' }).waitFor()
      expect(await page.locator('mark').textContent()).toBe(quoted)
      // From the part to what used it, and from there back to the whole.
      const uses = page.locator('.lineage', { hasText: 'Used by' })
      await uses.getByRole('link', { name: 'price of oil' }).click()
      await page.getByRole('heading', { name: 'price of oil' }).waitFor()
      const sources = page.locator('.lineage', { hasText: 'Made from' })
      await sources.getByRole('button', { name: /Further from Part: energy/ }).click()
      await sources.getByRole('link', { name: 'The whole report' }).waitFor()
      await page.getByRole('button', { name: 'What changed' }).first().click()
      await page.getByRole('region', { name: 'What changed' }).getByText('an earlier one').waitFor()
      expect(open.faults).toEqual([])
    })

    it('answers an escalation with the keyboard alone', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/inbox`)
      const { page } = open
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
      await page.getByText('It is yours now.').waitFor()
      await press('a')
      await page.getByLabel('Your answer').fill('34 dollars: part 12 is the newer one.')
      await press('Control+Enter')
      await page.getByText('Answered: who waits goes on with it.').waitFor()
      expect(server.contents.inbox.get('esc-1')?.item).toMatchObject({
        state: 'answered',
        answer: '"34 dollars: part 12 is the newer one."',
      })
      // The other one is handed back, after a look at the form for JSON.
      await press('Escape', 'j', 'j')
      await page.goto(`${server.url}#/inbox/esc-2`)
      await page.getByRole('heading', { name: /May the summary/ }).waitFor()
      await press('a', 'Escape', 'h')
      await page.getByLabel('Why there is no answer').fill('Not ours to say.')
      await press('Control+Enter')
      await page.getByText('Handed back:').waitFor()
      expect(server.contents.inbox.get('esc-2')?.item.state).toBe('handed-back')
      expect(open.faults).toEqual([])
    })

    it('declines what is asked for, with a reason', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/inbox/esc-2`)
      const { page } = open
      await page.getByRole('heading', { name: /May the summary/ }).waitFor()
      await page.keyboard.press('d')
      await page.keyboard.press('Control+Enter')
      await page.getByText('Write something first.').waitFor()
      await page.getByLabel('Why not').fill('Their families have not been told.')
      expect(await open.violations()).toEqual([])
      await page.keyboard.press('Control+Enter')
      await page.getByText('Declined: who waits hears').waitFor()
      const item = { state: 'declined', answer: '"Their families have not been told."' }
      expect(server.contents.inbox.get('esc-2')?.item).toMatchObject(item)
      await page.locator('.state-declined').waitFor()
      expect(await page.getByRole('button', { name: /Decline/ }).count()).toBe(0)
      expect(open.faults).toEqual([])
    })

    it('refuses what is no JSON where JSON is asked for', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/inbox/esc-1`)
      await open.page.getByRole('button', { name: /^Answer/ }).click()
      await open.page.getByRole('button', { name: 'JSON' }).click()
      await open.page.getByLabel('Your answer, as JSON').fill('{ "usd": 34')
      await open.page.getByRole('button', { name: /Send answer/ }).click()
      await open.page.getByText('This is no JSON').waitFor()
      await open.page.getByLabel('Your answer, as JSON').fill('{ "usd": 34 }')
      await open.page.getByRole('button', { name: /Send answer/ }).click()
      await open.page.getByText('Answered:').waitFor()
      expect(server.contents.inbox.get('esc-1')?.item.answer).toBe('{ "usd": 34 }')
    })

    it('is the same after a reload in the middle', async () => {
      const flock = sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/map`)
      await open.page.getByText(`${server.events.length.toLocaleString('en')} events`).waitFor()
      server.emit(flock.step(Date.now(), 100))
      await open.page.reload()
      await open.page.getByText(`${server.events.length.toLocaleString('en')} events`).waitFor()
      expect(open.faults).toEqual([])
    })

    it('loses the server for 3 s, says so, and catches up without gaps or doubles', async () => {
      const flock = sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/map`)
      const { page } = open
      const shown = (): Promise<void> =>
        page
          .getByText(
            `${server.events.length.toLocaleString('en')} / ${server.events.length.toLocaleString('en')} events`,
          )
          .waitFor()
      await shown()
      await server.stop()
      await page.getByText('reconnecting').waitFor()
      server.emit(flock.step(Date.now(), 500))
      await page.waitForTimeout(3_000)
      await server.start()
      await page.getByRole('status').getByText('live', { exact: true }).waitFor()
      await shown()
      const { reads } = server.scene.totals
      await page.locator('.pulse').getByText(reads.toLocaleString('en'), { exact: true }).waitFor()
      expect(open.faults).toEqual([])
    })

    it('shows any past moment, and nothing that came later', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/map`)
      const { page } = open
      await page.getByText('of 30 agents').waitFor()
      const slider = page.getByRole('slider', { name: 'Moment' })
      await slider.fill('40')
      await page.getByText('40 / ').waitFor()
      await page.getByText('replay', { exact: true }).waitFor()
      await page.getByRole('link', { name: 'Memory' }).click()
      const options = page.locator('.record-row')
      await options.first().waitFor()
      const early = server.events.slice(0, 40).filter(({ type }) => type === 'written').length
      expect(await options.count()).toBe(early)
      await page.getByRole('button', { name: /Replay/ }).click()
      await page.getByRole('button', { name: /Pause/ }).click()
      await page.getByRole('button', { name: 'Live' }).click()
      await page.getByRole('option', { name: /price of oil/ }).waitFor()
      expect(open.faults).toEqual([])
    })

    it('marks a stretch of the timeline and tells what lies in it', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, `${server.url}#/timeline`)
      const { page } = open
      const canvas = page.locator('.timeline-canvas')
      const box = await canvas.boundingBox()
      if (!box) throw new Error('There is no timeline.')
      await page.waitForTimeout(500)
      await page.mouse.move(box.x + 300, box.y + 100)
      await page.mouse.down()
      await page.mouse.move(box.x + 700, box.y + 100, { steps: 5 })
      await page.mouse.up()
      await page.getByText(/\d+ agents?, \d+ runs?/).waitFor()
      await page.getByRole('button', { name: 'Zoom in' }).click()
      await page.getByRole('button', { name: 'Table' }).click()
      await page.getByRole('columnheader', { name: 'Began' }).waitFor()
      expect(open.faults).toEqual([])
    })

    it('says what a run is that is pointed at, or chosen by keys', async () => {
      const at = Date.now() - 20_000
      const run = { type: 'activity', agent: 'ann' } as const
      const read = { type: 'read', agent: 'ann', collection: 'facts', id: 'x', count: 1, isHit: true } as const
      const ended = { ...run, phase: 'done', worker: '1' } as const
      // Both run for some time, and each for some time alone: 8 s in all.
      server.emit([
        { ...run, at, run: '1', activity: 'research', phase: 'started' },
        { ...run, at: at + 2_000, run: '2', activity: 'draft', phase: 'started' },
        { ...read, at: at + 4_000 },
        { ...read, at: at + 7_000 },
        { ...ended, at: at + 6_000, run: '1', activity: 'research', durationMs: 5_000 },
        { ...ended, at: at + 8_000, run: '2', activity: 'draft', durationMs: 6_000 },
      ])
      await using open = await openPage(browser, `${server.url}#/timeline`)
      const { page } = open
      await page.getByText('6 / 6 events').waitFor()
      const details = page.locator('.bar-details')
      const tells = (text: string): Promise<void> => details.getByText(text).waitFor()
      await tells('Point at a run')
      const canvas = page.locator('.timeline-canvas')
      const box = await canvas.boundingBox()
      if (!box) throw new Error('There is no timeline.')
      const gutter = 168
      const point = (share: number, y: number): Promise<void> =>
        page.mouse.move(box.x + gutter + share * (box.width - gutter), box.y + y)
      await point(0.5, 40)
      await tells('research of ann on thread 1')
      await tells('meanwhile it read 1, wrote 0, reused 0')
      // At the same time, below it.
      await point(0.5, 56)
      await tells('draft of ann on thread 1')
      await point(0.5, 400)
      await tells('Point at a run')
      await canvas.focus()
      await page.keyboard.press('Shift+ArrowLeft')
      await tells('draft of ann')
      await tells('6.0 s')
      await tells('meanwhile it read 2, wrote 0, reused 0')
      await page.keyboard.press('Shift+ArrowLeft')
      await tells('research of ann')
      await tells('ended well')
      expect(await open.violations()).toEqual([])
      await page.keyboard.press('Escape')
      await tells('Point at a run')
      await page.getByRole('button', { name: 'Table' }).click()
      await page.getByRole('row', { name: /ann research 1 6\.0 s ended well 1 1 0/ }).waitFor()
      expect(open.faults).toEqual([])
    })

    it('keeps only the rows in sight, and fetches more by cursors', async () => {
      const flock = sampleRun(server, Date.now())
      server.emit(flock.step(Date.now(), 2_000))
      await using open = await openPage(browser, `${server.url}#/memory?collection=objects`)
      const { page } = open
      const list = page.getByRole('listbox', { name: 'Records' })
      await page.locator('.record-row').first().waitFor()
      await list.focus()
      for (let count = 0; count < 4; count += 1) {
        await page.keyboard.press('End')
        await page.waitForTimeout(250)
      }
      expect(await page.locator('.record-row').count()).toBeLessThan(60)
      expect(server.requests.filter((line) => line === 'GET /api/records').length).toBeGreaterThan(2)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Versions' }).waitFor()
      expect(open.faults).toEqual([])
    })

    it('fits on 375 pixels', async () => {
      sampleRun(server, Date.now())
      await using open = await openPage(browser, server.url, { viewport: { width: 375, height: 740 } })
      for (const view of views) {
        await open.page.goto(`${server.url}#/${view}`)
        await open.page.waitForTimeout(300)
        expect([view, await open.page.evaluate('document.documentElement.scrollWidth')]).toEqual([view, 375])
      }
      expect(open.faults).toEqual([])
    })

    it('stands still where motion is not wanted', async () => {
      // So long ago that nothing expires while we look.
      sampleRun(server, Date.now() - 300_000)
      await using open = await openPage(browser, server.url, { reducedMotion: 'reduce' })
      const { page } = open
      await page.getByText('of 30 agents').waitFor()
      await page.waitForTimeout(2_500)
      const look = (): Promise<string> => page.evaluate(`document.querySelector('.map-canvas').toDataURL()`)
      const before = await look()
      await page.waitForTimeout(1_500)
      expect((await look()) === before).toBe(true)
    })

    it.each(['dark', 'light'] as const)(
      'has no fault that axe finds, in any view: %s',
      async (colorScheme) => {
        sampleRun(server, Date.now())
        await using open = await openPage(browser, server.url, { colorScheme })
        const { page } = open
        for (const view of views) {
          await page.goto(`${server.url}#/${view}`)
          await page.waitForTimeout(500)
          expect([view, await open.violations()]).toEqual([view, []])
        }
        for (const view of ['map', 'timeline']) {
          await page.goto(`${server.url}#/${view}`)
          await page.getByRole('button', { name: 'Table' }).click()
          expect([`table of ${view}`, await open.violations()]).toEqual([`table of ${view}`, []])
        }
        await page.getByRole('button', { name: colorScheme === 'dark' ? 'Change to light' : 'Change to dark' }).click()
        expect(await page.evaluate('document.documentElement.dataset.theme')).not.toBe(colorScheme)
        expect(await open.violations()).toEqual([])
      },
      240_000,
    )
  },
)

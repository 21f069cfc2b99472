import { behavior, createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'

import type { Session } from '../../src/index.ts'
import { openBoard, operator } from '../open-board.ts'
import { problemCode } from '../problem-code.ts'
import { describePage } from './describe-page.ts'

const mayControl: Principal = { ...operator, rights: ['audit', 'control'] }

/** Keeps what it was told. */
const scribe = behavior({
  role: 'scribe',
  initial: [] as readonly string[],
  receive: (told, { type }: { readonly type: string }) => [...told, type],
})

describePage('Orders in Chromium', (open) => {
  const store = mapStore()
  let memory: Memory
  let flock: Flock
  beforeAll(async () => {
    memory = await openMemory({ store })
    flock = await createFlock({ memory, threads: 1 })
  })
  afterAll(async () => {
    await flock.close()
    await memory.close()
  })

  it('pause, message, resume and stop an agent with the keyboard alone', async () => {
    await using board = await openBoard({ memory, flock, principal: mayControl })
    const ann = flock.spawn(scribe, { id: 'ann' })
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Flock', exact: true }).click()
    await page.getByRole('button', { name: 'Table' }).click()
    const row = page.getByRole('row', { name: /ann/ })
    await row.getByRole('button', { name: 'Orders: ann' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Orders to ann' })
    await dialog.getByLabel('Why, for the audit').fill('It repeats itself.')
    await dialog.getByRole('button', { name: 'Pause' }).press('Enter')
    await dialog.getByText('Paused. Work already running').waitFor()
    expect(ann.state).toBe('paused')
    await dialog.getByLabel(/^Message/).fill('{ "type": ')
    await dialog.getByRole('button', { name: 'Send message' }).press('Enter')
    await dialog.getByText('Write a type').waitFor()
    await dialog.getByLabel(/^Message/).fill('hurry')
    await dialog.getByRole('button', { name: 'Send message' }).press('Enter')
    await dialog.getByText('The message is in its mailbox.').waitFor()
    expect(ann.load).toBe(1)
    expect(await opened.violations()).toEqual([])
    // The state is what the flock says, not what the page did.
    await dialog.getByRole('button', { name: 'Resume' }).press('Enter')
    await dialog.getByText('It goes on.').waitFor()
    expect(ann.snapshot).toMatchObject({ context: ['hurry'] })
    await dialog.getByRole('button', { name: 'Stop…' }).press('Enter')
    expect(ann.state).toBe('running')
    await dialog.getByRole('button', { name: 'Yes, end it for good' }).press('Enter')
    await dialog.getByText('Stopped for good.').waitFor()
    expect(ann.state).toBe('ended')
    await page.keyboard.press('Escape')
    await row.getByRole('button', { name: 'Orders: ann' }).and(page.locator(':focus')).waitFor()
    await row.getByText('ended').waitFor()
    const entries = await Array.fromAsync(memory.as(mayControl).audit.entries({ action: 'control', id: 'ann' }))
    expect(entries.map(({ reason }) => reason)).toEqual([
      'pause: It repeats itself.',
      'send: It repeats itself.',
      'resume: It repeats itself.',
      'stop: It repeats itself.',
    ])
    expect(opened.faults).toEqual([])
  })

  it.each(['the page of its process', 'another process'])('cancel a run, and run it again, from %s', async (where) => {
    const isOwn = where.startsWith('the page')
    const seen = isOwn ? { memory, flock } : { memory: await openMemory({ store }) }
    await using board = await openBoard({ ...seen, principal: mayControl })
    const bob = flock.spawn(scribe, { id: 'bob' })
    let runs = 0
    const wait = flock.activity(
      async ({ signal }) => {
        runs += 1
        if (runs > 1) return
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
      { once: `wait ${where}` },
    )
    const waiting = wait(undefined, { as: bob.memory.principal })
    // It is cancelled on purpose.
    waiting.catch(() => {})
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Timeline' }).click()
    const canvas = page.getByLabel(/^Timeline of agents/)
    await canvas.focus()
    const orders = page.getByRole('button', { name: 'Orders: bob' })
    // The rows come with the past, which may take a moment.
    await expect.poll(() => page.keyboard.press('Shift+ArrowRight').then(() => orders.count())).toBe(1)
    await orders.click()
    await page.getByRole('button', { name: 'Cancel this run' }).click()
    await page.getByText('Cancelled. Its agent').waitFor()
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_CANCELLED', by: 'ada' })
    await page.keyboard.press('Escape')
    await page.locator('.bar-details').filter({ hasText: 'failed' }).waitFor()
    const done = new Promise((resolve) => flock.on('activity.done', resolve))
    await page.getByRole('button', { name: 'Orders: bob' }).click()
    await page.getByRole('button', { name: 'Run it again' }).click()
    await page.getByText('It runs again').waitFor()
    await done
    expect(runs).toBe(2)
    expect(opened.faults).toEqual([])
    bob.stop()
  })

  it('are neither shown to viewers without the right, nor taken from them', async () => {
    await using board = await openBoard({ memory, flock })
    const eve = flock.spawn(scribe, { id: 'eve' })
    expect(await board.json<Session>('/api/session')).toMatchObject({ mayControl: false })
    const refused = await board.post('/api/agents/eve', { do: 'stop' })
    expect([refused.status, await problemCode(refused)]).toEqual([403, 'SKEIN_ACCESS'])
    expect(eve.state).toBe('running')
    await using opened = await open(board.board.url)
    await opened.page.getByRole('link', { name: 'Flock', exact: true }).click()
    await opened.page.getByRole('button', { name: 'Table' }).click()
    await opened.page.getByRole('row', { name: /eve/ }).waitFor()
    expect(await opened.page.getByRole('button', { name: /Orders/ }).count()).toBe(0)
    const noted = await Array.fromAsync(memory.as(mayControl).audit.entries({ action: 'control', id: 'eve' }))
    expect(noted).toMatchObject([{ agent: 'ada', outcome: 'refused' }])
  })

  it('that make no sense are refused with the reason', async () => {
    await using board = await openBoard({ memory, flock, principal: mayControl })
    const codeOf = async (path: string, body: unknown): Promise<unknown> => {
      const response = await board.post(`/api/agents/${path}`, body)
      return [response.status, await problemCode(response)]
    }
    expect(await codeOf('x', { do: 'dance' })).toEqual([400, 'DASHBOARD_BODY'])
    expect(await codeOf('x', { do: 'cancel' })).toEqual([400, 'DASHBOARD_BODY'])
    expect(await codeOf('x', { do: 'send', message: '{' })).toEqual([400, 'DASHBOARD_BODY'])
    flock.spawn(scribe, { id: 'x/1' })
    expect(await codeOf('x%2F1', { do: 'cancel', run: 'none' })).toEqual([409, 'SKEIN_CONTROL'])
  })
})

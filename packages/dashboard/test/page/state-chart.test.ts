import { behavior, createFlock, durable } from '@skein/core'
import type { Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMachine, sendTo, setup } from 'xstate'

import type { AgentChart } from '../../src/index.ts'
import { openBoard, operator } from '../open-board.ts'
import { describePage } from './describe-page.ts'
import { editor } from './fixture/editor-machine.ts'

describePage('State charts in Chromium', (open) => {
  let memory: Memory
  let flock: Flock
  beforeAll(async () => {
    memory = await openMemory({ store: mapStore() })
    flock = await createFlock({ memory, threads: 1 })
  })
  afterAll(async () => {
    await flock.close()
    await memory.close()
  })

  it('show the present state, live, and which event and guard led there, by keyboard alone', async () => {
    await using board = await openBoard({ memory, flock })
    const ann = flock.spawn(editor, { id: 'ann', role: 'editor' })
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Flock', exact: true }).click()
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('link', { name: 'ann' }).press('Enter')
    await page.getByRole('img', { name: 'State chart of ann, in idle' }).waitFor()
    expect(await page.locator('.chart .is-active .name').allTextContents()).toEqual(['editor', 'idle'])
    for (const type of ['task', 'drafted', 'checked']) ann.send({ type } as never)
    ann.send({ type: 'verdict', ok: false } as never)
    await page.getByRole('img', { name: /in working.text.drafting and working.facts.checking/ }).waitFor()
    expect(await page.locator('.chart text.is-taken').allTextContents()).toEqual(['verdict [hasRoundsLeft]'])
    // Back to what led there before.
    await page.getByRole('button', { name: /checked.*→ review/ }).press('Enter')
    await page.getByRole('img', { name: 'State chart of ann, in review' }).waitFor()
    expect((await page.locator('.chart text.is-taken').allTextContents()).toSorted()).toEqual(['checked', 'done'])
    await page.getByText('As a table').press('Enter')
    await page.getByRole('row', { name: 'review (now) verdict isGood published' }).waitFor()
    expect(await opened.violations()).toEqual([])
    expect(opened.faults).toEqual([])
  })

  it('show the machines within, live, and those of a saved agent in words', async () => {
    const checks = createMachine({
      id: 'checks',
      initial: 'first',
      states: { first: { on: { pass: 'second' } }, second: {} },
    })
    const machine = setup({ actors: { checks } }).createMachine({
      id: 'desk',
      invoke: { src: 'checks', id: 'of today' },
      on: { pass: { actions: sendTo('of today', { type: 'pass' }) } },
    })
    const desk = flock.spawn(machine, { id: 'desk-1', role: 'desk' })
    await using board = await openBoard({ memory, flock })
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.evaluate("location.hash = '#/map/desk-1'")
    await page.getByRole('img', { name: 'State chart of checks, in first' }).waitFor()
    desk.send({ type: 'pass' } as never)
    await page.getByRole('img', { name: 'State chart of checks, in second' }).waitFor()
    await page
      .locator('.child-machines')
      .getByRole('button', { name: /pass.*→ second/ })
      .waitFor()
    expect(await page.locator('.child-machines .chart text.is-taken').allTextContents()).toEqual(['pass'])
    expect(await page.locator('.child-machines .is-active .name').allTextContents()).toEqual(['checks', 'second'])
    expect(await opened.violations()).toEqual([])
    expect(opened.faults).toEqual([])

    await flock.spawnDurable(durable(machine, { name: 'desk' }), { id: 'desk-2' })
    await using elsewhere = await openBoard({ memory })
    const { children } = await elsewhere.json<AgentChart>('/api/charts/desk-2')
    expect(children).toEqual([{ id: 'of today', name: 'checks', states: ['', 'first'], children: [], childCount: 0 }])
  })

  it('show how a machine ended, and fit a phone', async () => {
    await using board = await openBoard({ memory, flock })
    const bob = flock.spawn(editor, { id: 'bob' })
    for (const type of ['task', 'drafted', 'checked']) bob.send({ type } as never)
    bob.send({ type: 'verdict', ok: true } as never)
    await bob.done
    await using opened = await open(board.board.url, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
    const { page } = opened
    await page.evaluate("location.hash = '#/map/bob'")
    await page.getByRole('img', { name: 'State chart of bob, in published' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(await opened.violations()).toEqual([])
  })

  it('are not shown to viewers who are not cleared for the agent, nor of agents without a machine', async () => {
    await using board = await openBoard({ memory, flock, principal: { ...operator, clearance: { level: 'internal' } } })
    flock.spawn(editor, { id: 'secret agent', clearance: { level: 'confidential' } })
    flock.spawn(behavior({ role: 'light', initial: 0, receive: (n: number) => n }), { id: 'a/light\none' })
    const of = async (id: string): Promise<AgentChart> => board.json(`/api/charts/${encodeURIComponent(id)}`)
    expect(await of('secret agent')).toEqual({
      agent: 'secret agent',
      kind: 'hidden',
      isSaved: false,
      states: [],
      moves: [],
      children: [],
      childCount: 0,
    })
    expect(await of('a/light\none')).toMatchObject({ kind: 'light', states: [] })
    expect(await of('nobody')).toMatchObject({ kind: 'unknown' })
    await using opened = await open(board.board.url)
    await opened.page.evaluate("location.hash = '#/map/secret%20agent'")
    await opened.page.getByText('your clearance does not cover that of the agent').waitFor()
    expect(opened.faults).toEqual([])
  })

  it('show a durable agent of another process as it was saved, with what led there', async () => {
    const store = mapStore()
    const elsewhere = await openMemory({ store })
    const other = await createFlock({ memory: elsewhere, threads: 1 })
    const definition = durable(editor, { name: 'editor', role: 'editor', version: 2 })
    const options = { id: 'eva', clearance: { level: 'internal' } } as const
    const eva = await other.spawnDurable(definition, options)
    await using board = await openBoard({ memory: await openMemory({ store }) })
    await using opened = await open(board.board.url)
    const { page } = opened
    await page.evaluate("location.hash = '#/map/eva'")
    await page.getByRole('img', { name: 'State chart of eva, in idle' }).waitFor()
    await eva.post({ type: 'task' } as never)
    await page.getByRole('img', { name: /in working.text.drafting and working.facts.checking/ }).waitFor()
    await page.getByText('This agent runs in another process').waitFor()
    for (const type of ['drafted', 'checked']) await eva.post({ type } as never)
    await eva.post({ type: 'verdict', ok: true } as never)
    await eva.done
    await page.getByRole('img', { name: 'State chart of eva, in published' }).waitFor()
    expect(await page.locator('.chart text.is-taken').allTextContents()).toEqual(['verdict [isGood]'])
    await page.getByRole('button', { name: /task→ working|task → working/ }).waitFor()
    expect(opened.faults).toEqual([])
    // Of an agent above the clearance, not even that there is one.
    await using low = await openBoard({ memory: elsewhere, principal: { id: 'low', role: 'guest' } })
    expect(await low.json<AgentChart>('/api/charts/eva')).toMatchObject({ kind: 'unknown', states: [], moves: [] })
    await other.close()
    await elsewhere.close()
  })
})

import { expect, it } from 'vitest'

import { HalfOpen } from './half-open.ts'
import { openBoard } from './open-board.ts'
import { openStream } from './stream/stream-reader.ts'

it('serves its pages and new ones while a thousand connections never complete a request, and warns once', async () => {
  const warned: string[] = []
  const onWarning = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', onWarning)
  await using open = await openBoard()
  const tabs = [await openStream(open), await openStream(open), await openStream(open)]

  using flood = await HalfOpen.flood(open.board.port, 1_000)
  const login = await open.post('/api/login', { token: open.board.token }, { connection: 'close' })
  expect(login.status).toBe(204)
  expect((await open.get('/', { connection: 'close' })).status).toBe(200)
  tabs.push(await openStream(open))
  using more = await HalfOpen.flood(open.board.port, 1_000)
  await expect.poll(() => flood.open + more.open).toBeLessThanOrEqual(100)
  expect((await open.get('/api/session', { connection: 'close' })).status).toBe(200)

  const writer = open.memory.as({ id: 'bob', role: 'sales' })
  await writer.facts.set('price', 10)
  for (const tab of tabs) {
    await tab.until(({ events }) => events.some((event) => 'id' in event && event.id === 'price'))
    tab.close()
  }
  await expect.poll(() => open.board.streams).toBe(0)
  process.off('warning', onWarning)
  expect(warned).toEqual([expect.stringMatching(/did not authenticate/)])
})

it('writes nothing about failed logins, and lets the owner in after thousands of them', async () => {
  const warned: Error[] = []
  const onWarning = (warning: Error): void => void warned.push(warning)
  process.on('warning', onWarning)
  await using open = await openBoard()
  const guess = async (number: number): Promise<number> => {
    const response = await open.post('/api/login', { token: `${number}`.padStart(43, 'x') }, { cookie: '' })
    await response.body?.cancel()
    return response.status
  }
  for (let batch = 0; batch < 40; batch += 1) {
    const statuses = await Promise.all(Array.from({ length: 50 }, (_, index) => guess(batch * 50 + index)))
    expect(new Set(statuses)).toEqual(new Set([401]))
  }
  expect((await open.post('/api/login', { token: open.board.token }, { cookie: '' })).status).toBe(204)
  process.off('warning', onWarning)
  expect(warned).toEqual([])
})

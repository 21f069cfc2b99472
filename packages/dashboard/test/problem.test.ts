import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { openBoard, operator } from './open-board.ts'
import { problemCode } from './problem-code.ts'

it('reveals nothing about internal errors, but warns in its own process', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as(operator)
  const secret = 'redis://:hunter2@10.0.0.1'
  view.feed.last = () => Promise.reject(new TypeError(secret))
  view.feed.read = () => Promise.reject(new TypeError(secret))
  const broken = { as: () => view, space: memory.space, stats: () => memory.stats(), tracing: memory.tracing }
  const warned: string[] = []
  const onWarning = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', onWarning)
  await using open = await openBoard({ memory: broken as never })
  for (const path of ['/api/session', '/api/events', '/api/metrics', '/api/stream']) {
    const response = await open.get(path)
    const text = await response.text()
    expect({ path, status: response.status }).toEqual({ path, status: 500 })
    expect(JSON.parse(text)).toMatchObject({ code: 'DASHBOARD_FAILED' })
    expect(text).not.toMatch(/hunter2|TypeError|\bat /)
  }
  process.off('warning', onWarning)
  expect(warned).toContain(secret)
})

it('reports that the memory is closed', async () => {
  const memory = await openMemory({ store: mapStore() })
  await using open = await openBoard({ memory })
  await memory.close()
  const response = await open.get('/api/session')
  expect({ status: response.status, code: await problemCode(response) }).toEqual({ status: 503, code: 'SKEIN_CLOSED' })
})

import type { Span } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { openCaller, useServer } from './open-queue.ts'
import { startProcess } from './start-process.ts'

describe.skipIf(missing)('a trace', () => {
  const held = useServer()

  it('continues in the process of the worker', async () => {
    const { server } = held
    const { memory, work } = await openCaller(server, 'traced')
    const spans: Span[] = []
    memory.tracing.onSpan((span) => spans.push(span))
    const worker = await startProcess('worker-process', server, 'traced', { args: ['traced'] })
    expect(await work.square(7)).toBe(49)
    const asked = spans.find(({ operation }) => operation === 'execute_tool')
    expect(asked).toMatchObject({ target: 'square' })
    // The worker wrote a fact for the activity.
    const done = JSON.parse((await worker.next('span ')).slice('span '.length)) as Span
    expect(done).toMatchObject({ parent: asked?.traceparent, attributes: { 'skein.memory.collection': 'facts' } })
    expect(done.traceparent.split('-')[1]).toBe(asked?.traceparent.split('-')[1])
  })

  it('of nobody makes no spans', async () => {
    const { server } = held
    const { work } = await openCaller(server, 'untraced')
    const worker = await startProcess('worker-process', server, 'untraced', { args: ['traced'] })
    expect(await work.square(7)).toBe(49)
    worker.child.kill('SIGTERM')
    await expect(worker.next('span ')).rejects.toThrow('ended without saying')
  })
})

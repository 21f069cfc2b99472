import { join } from 'node:path'

import type { Span } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { connect, generations, testFolder } from './mcp-client.ts'

const folder = testFolder()

describe.each(generations)('a client of %s', (generation) => {
  it('makes calls of tools part of its own span, and what they read and write part of the call', async () => {
    const spans: Span[] = []
    const onSpan = (span: Span): void => void spans.push(span)
    const ann = await connect(generation, join(folder, `${generation}.db`), { id: 'ann', onSpan })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const args = { text: 'The tower leans.', task: 'tower' }
    await ann.client.callTool({ name: 'remember', arguments: args, _meta: { traceparent } })
    await ann.client.callTool({ name: 'remember', arguments: args, _meta: { traceparent: 'nonsense' } })
    await ann.client.close()

    const [call, other] = spans.filter(({ operation }) => operation === 'execute_tool')
    expect(call).toMatchObject({ target: 'remember', kind: 'server', parent: traceparent })
    expect(call?.attributes).toMatchObject({ 'mcp.method.name': 'tools/call', 'gen_ai.agent.id': 'ann' })
    expect(other?.parent).toBeUndefined()
    const written = spans.find(({ operation, parent }) => operation === 'create_memory' && parent === call?.traceparent)
    expect(written?.traceparent.slice(0, 36)).toBe(traceparent.slice(0, 36))
  })
})

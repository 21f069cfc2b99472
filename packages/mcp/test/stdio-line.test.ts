import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'

import { serveMcpStdio } from '@skein/mcp'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it, onTestFinished, vi } from 'vitest'

it('keeps the answers for a client that is slow to read, and warns of nothing', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  await using memory = await openMemory({ store: mapStore() })
  const [input, output] = [new PassThrough(), new PassThrough()]
  const server = serveMcpStdio({ memory, principal: { id: 'ann', role: 'test' }, input, output })
  const clientInfo = { name: 'x', version: '1' }
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
  const asked = [{ method: 'initialize', params }, ...Array.from({ length: 100 }, () => ({ method: 'tools/list' }))]
  const lines = asked.map((request, id) => JSON.stringify({ jsonrpc: '2.0', id, ...request }))
  input.write(`${lines.join('\n')}\n`)
  // The output is full, and nobody reads it.
  await vi.waitFor(() => expect(output.writableNeedDrain).toBe(true))
  input.end()
  void server.closed.then(() => output.end())
  const answers = await Array.fromAsync(createInterface({ input: output }))
  expect(answers).toHaveLength(asked.length)
  expect(warnings).toEqual([])
})

it('ends at once when the client goes while it was to ask its user', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const [input, output] = [new PassThrough(), new PassThrough()]
  const server = serveMcpStdio({ memory, principal: { id: 'ann', role: 'test' }, input, output })
  const clientInfo = { name: 'x', version: '1' }
  const ask = { name: 'ask_person', arguments: { task: 't', question: 'Well?', here: true } }
  const requests = [
    { method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: { elicitation: {} }, clientInfo } },
    { method: 'tools/call', params: ask },
  ]
  input.write(requests.map((request, id) => `${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`).join(''))
  void server.closed.then(() => output.end())
  const answers: unknown[] = []
  for await (const line of createInterface({ input: output })) {
    answers.push(JSON.parse(line))
    if (line.includes('elicitation/create')) input.end()
  }
  expect(answers.at(-1)).toMatchObject({ id: 1, result: { isError: true } })
  // The question waits for somebody else.
  expect(await memory.as({ id: 'eve', role: 'test' }).escalations.list()).toMatchObject([{ state: 'open' }])
})

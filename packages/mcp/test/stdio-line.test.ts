import { createInterface } from 'node:readline'
import { PassThrough, Writable } from 'node:stream'

import { serveMcpStdio } from '@skein/mcp'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it, onTestFinished, vi } from 'vitest'

import { generations } from './mcp-client.ts'
import type { Generation } from './mcp-client.ts'

const patience = { timeout: 60_000 }
const clientInfo = { name: 'x', version: '1' }
const initialize = { method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } }

/** By which a client of each generation subscribes to resources. */
const subscribeLines: Readonly<Record<Generation, (uris: readonly string[]) => string>> = {
  2025: (uris) => linesOf([initialize, ...uris.map((uri) => ({ method: 'resources/subscribe', params: { uri } }))]),
  2026: (resourceSubscriptions) => {
    const name = 'io.modelcontextprotocol'
    const meta = {
      [`${name}/protocolVersion`]: '2026-07-28',
      [`${name}/clientInfo`]: clientInfo,
      [`${name}/clientCapabilities`]: {},
    }
    return linesOf([
      { method: 'subscriptions/listen', params: { _meta: meta, notifications: { resourceSubscriptions } } },
    ])
  },
}

function linesOf(requests: readonly object[]): string {
  return requests.map((request, id) => `${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`).join('')
}

it('keeps the answers for a client that is slow to read, and warns of nothing', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  await using memory = await openMemory({ store: mapStore() })
  const [input, output] = [new PassThrough(), new PassThrough()]
  const server = serveMcpStdio({ memory, principal: { id: 'ann', role: 'test' }, input, output })
  const asked = [initialize, ...Array.from({ length: 100 }, () => ({ method: 'tools/list' }))]
  input.write(linesOf(asked))
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
  const ask = { name: 'ask_person', arguments: { task: 't', question: 'Well?', here: true } }
  const requests = [
    { ...initialize, params: { ...initialize.params, capabilities: { elicitation: {} } } },
    { method: 'tools/call', params: ask },
  ]
  input.write(linesOf(requests))
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

it.each(generations)(
  'tells a client of %s that takes nothing for long of each change once',
  async (generation) => {
    await using memory = await openMemory({ store: mapStore() })
    const input = new PassThrough()
    const taken: { readonly id?: number; readonly params?: { readonly uri?: string } }[] = []
    let isStuck = false
    let goOn = (): void => {}
    const output = new Writable({
      highWaterMark: 1,
      write(line: Buffer, _, done) {
        taken.push(JSON.parse(line.toString('utf8')) as (typeof taken)[number])
        if (isStuck) goOn = done
        else done()
      },
    })
    const server = serveMcpStdio({ memory, principal: { id: 'ann', role: 'test' }, input, output })
    const uris = ['memory://newest', 'memory://facts/last']
    const lines = subscribeLines[generation](uris)
    input.write(lines)
    // A client of 2026 is told that its subscription has begun, one of 2025 gets an answer to each request.
    await vi.waitFor(() => expect(taken.length).toBeGreaterThanOrEqual(lines.trimEnd().split('\n').length), patience)
    isStuck = true
    const bob = memory.as({ id: 'bob', role: 'test' })
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => bob.observations.log({ value: n })))
    await bob.facts.set('last', 1)
    isStuck = false
    goOn()
    const told = (): readonly string[] => taken.flatMap(({ params }) => params?.uri ?? [])
    await vi.waitFor(() => expect(told()).toContain('memory://facts/last'), patience)
    expect(told()).toContain('memory://newest')
    expect(told().length).toBeLessThan(1_000)
    input.end()
    await server.closed
  },
  20_000,
)

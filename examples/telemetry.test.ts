import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'

import { extractiveModel } from '@skein/core'
import { expect, it } from 'vitest'

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
}

interface Sent {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[]
}

it('sends one trace from the request to what is remembered, to a collector over OTLP', async () => {
  const spans: SentSpan[] = []
  const collector = createServer((request, response) => {
    void json(request).then((body) => {
      const { resourceSpans } = body as Sent
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { port } = collector.address() as AddressInfo
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, 'telemetry.ts')],
      {
        env: { ...process.env, NO_COLOR: '1', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
      },
    )
    expect(stdout).toBe('Insulation saves energy in every home.\n'.repeat(2))
    expect(stderr).toBe('')
  } finally {
    collector.close()
  }
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  const nameOf = (id: string | undefined): string | undefined => spans.find(({ spanId }) => spanId === id)?.name
  const parents = spans.map(({ name, parentSpanId }) => `${nameOf(parentSpanId) ?? ''} > ${name}`)
  const counted = new Map<string, number>()
  for (const pair of parents) counted.set(pair, (counted.get(pair) ?? 0) + 1)
  expect(Object.fromEntries(counted)).toEqual({
    ' > GET /answer': 1,
    'GET /answer > invoke_agent reader': 2,
    'invoke_agent reader > execute_tool answer': 2,
    [`execute_tool answer > chat ${extractiveModel().id.replace('skein/', '')}`]: 2,
    'execute_tool answer > create_memory': 2,
  })
})

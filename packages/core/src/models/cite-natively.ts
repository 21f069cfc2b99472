import type { View } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import { traceCall } from '../tracing/trace-chat.ts'
import type { AnswerOrigin, CallOptions } from './call-options.ts'
import type { CitedAnswer, CiteRequest } from './cite.ts'
import { tokensOf } from './count-tokens.ts'
import type { CountTokens } from './count-tokens.ts'
import { isBacked, withEvidence } from './evidence.ts'
import type { ModelCalls } from './model-calls.ts'
import type { Model } from './model.ts'
import { citeIdentity, shareKey } from './share-key.ts'

/** What a cited answer of a model with citations of its own is made with. */
interface NativeContext {
  readonly model: string
  readonly cite: NonNullable<Model['cite']>
  readonly memory: View
  readonly calls: ModelCalls
  readonly count: CountTokens
  /** Of what is sent. */
  readonly label: Label
}

/** Asks a model that has citations of its own. */
export async function citeNatively(
  { model, cite, memory, calls, count, label }: NativeContext,
  request: CiteRequest,
  { share = true, ttlMs, signal }: CallOptions,
): Promise<CitedAnswer & AnswerOrigin> {
  const make = (): ReturnType<typeof calls.run<CitedAnswer>> =>
    calls.run({
      key: shareKey(model, 'cite', citeIdentity(request)),
      share,
      ttlMs,
      label,
      signal,
      request: () => ({
        estimate: () => ({ inputTokens: tokensOf([...request.messages, ...request.passages], count), outputTokens: 0 }),
        attempt: (stop) => cite(request, { signal: stop }),
      }),
      accept: (given) => isBacked(given, request.passages),
    })
  const call = { model, memory, operation: 'chat', label, request } as const
  const { answer, reused, usd } = await traceCall(call, make, ({ answer: { usage, sentences }, ...rest }) => {
    return { ...rest, usage, text: sentences.map(({ text }) => text).join(' ') }
  })
  return { ...withEvidence(answer, request.passages), reused, usd }
}

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
} from '@ai-sdk/provider'
import { shareModel } from '@skein/core'
import { estimateInput } from '@skein/core/executor'
import type { Model, ModelSettings, Patience } from '@skein/core/executor'
import type { View } from '@skein/memory'
import { requireLifetime, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { modelName, modelSettings, resolveSettings, settingKinds } from './call-settings.ts'
import type { CallSettings } from './call-settings.ts'
import { askInPieces, askWhole } from './calls/ask-model.ts'
import { languageCalls } from './calls/language-model.ts'
import type { GivenAnswer, StreamPart } from './calls/language-model.ts'
import { runExchange } from './calls/run-exchange.ts'
import { partsOf } from './sharing/answer-parts.ts'
import { callQuestion, offeredTools } from './sharing/call-question.ts'
import { keptResponse, toResult } from './sharing/kept-answer.ts'
import type { KeptResponse } from './sharing/kept-answer.ts'
import { LiveParts } from './sharing/live-parts.ts'
import { requireView } from './sharing/require-view.ts'

/** Options of {@link sharedMiddleware}. */
export interface SharedMiddlewareOptions extends CallSettings {
  /** The memory as the agent sees it: `memory.as({ id, role })`, or `context.memory` in an activity. */
  readonly memory: View

  /**
   * Whether to reuse a remembered answer or join an equal running call.
   *
   * @defaultValue true where the temperature is 0 or not set, and no tool is offered but `readOnlyTools`
   */
  readonly share?: boolean

  /**
   * Names of tools that shared calls may offer. A caller that gets a remembered answer runs its tool calls again, so
   * name only tools that read.
   *
   * @defaultValue none
   */
  readonly readOnlyTools?: readonly string[]

  /** How long an answer may be reused, in milliseconds. @defaultValue no limit */
  readonly ttlMs?: number
}

const kinds: OptionKinds<SharedMiddlewareOptions> = {
  ...settingKinds,
  memory: 'any',
  share: 'boolean',
  readOnlyTools: 'any',
  ttlMs: 'any',
}

/**
 * Middleware for the AI SDK's `wrapLanguageModel`. Equal calls are made once for all agents, processes and machines
 * that share the memory. A call joins an equal one that is running and reuses its answer afterwards, whether whole or
 * streamed. Only complete answers are kept. `result.providerMetadata.skein` says whether an answer was `reused`.
 *
 * Calls fail like those of `shareModel`: with `ModelCallError`, `BudgetExceededError` or `ModelClearanceError`, each
 * with a `code`. By then, Skein has retried every failure that can't be billed twice; the SDK doesn't retry again.
 *
 * @throws OptionError
 *
 * @example
 * ```ts no-run
 * import { sharedMiddleware } from '@skein/ai-sdk'
 * import { generateText, wrapLanguageModel } from 'ai'
 *
 * const ann = memory.as({ id: 'ann', role: 'research' })
 * const model = wrapLanguageModel({ model: claude, middleware: sharedMiddleware({ memory: ann }) })
 * const { text } = await generateText({ model, prompt: 'What does Acme sell?' })
 * ```
 */
export function sharedMiddleware(options: SharedMiddlewareOptions): LanguageModelV4Middleware {
  const { memory, share, readOnlyTools = [], ttlMs, ...settings } = requireOptions('sharedMiddleware', options, kinds)
  requireView(memory)
  requireStrings('readOnlyTools', readOnlyTools)
  if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
  const patience = resolveSettings(settings)
  const common = { memory, settings: modelSettings(patience), patience, ttlMs }
  const callOf = (params: LanguageModelV4CallOptions, model: LanguageModelV4): SharedCall => {
    const isPure = offeredTools(params).every((name) => readOnlyTools.includes(name))
    const id = patience.id ?? modelName(model)
    return new SharedCall({ ...common, model, params, id, share: share ?? (isPure ? undefined : false) })
  }
  return {
    specificationVersion: 'v4',
    wrapGenerate: async ({ params, model }) => {
      const { result } = await callOf(params, model).run(undefined, params.abortSignal)
      return result
    },
    wrapStream: async ({ params, model }) => ({ stream: await callOf(params, model).stream() }),
  }
}

interface CallParts {
  readonly memory: View
  readonly model: LanguageModelV4
  readonly params: LanguageModelV4CallOptions
  /** The id under which answers are shared. */
  readonly id: string
  readonly settings: ModelSettings
  readonly patience: Patience
  readonly share: boolean | undefined
  readonly ttlMs: number | undefined
}

/** One call of one caller. */
class SharedCall {
  readonly #parts: CallParts

  constructor(parts: CallParts) {
    this.#parts = parts
  }

  /**
   * Makes the call, or gets its answer from whoever makes or made it.
   *
   * @param live - What shows the parts of a stream while they arrive.
   */
  async run(
    live: LiveParts | undefined,
    signal: AbortSignal | undefined,
    share = this.#parts.share,
  ): Promise<{ readonly result: LanguageModelV4GenerateResult; readonly isOwn: boolean }> {
    const { memory, id, params, settings, ttlMs } = this.#parts
    const request = callQuestion(params)
    let own: GivenAnswer | undefined
    const model: Model = {
      id,
      settings,
      chat: async (_, { signal: stop } = {}) => {
        own = await this.#attempt(live?.attempt(), stop)
        return keptResponse(id, request, own)
      },
    }
    const shared = shareModel(model, memory)
    const answer: KeptResponse & { readonly reused: boolean; readonly usd: number | undefined } = await shared.chat(
      request,
      {
        ...(signal && { signal }),
        ...(share !== undefined && { share }),
        ...(ttlMs !== undefined && { ttlMs }),
      },
    )
    const { kept, reused, usd } = answer
    // Its own answer goes on as the model gave it: only the parts that are kept have a type here.
    const result = reused ? kept && toResult(kept) : (own as unknown as LanguageModelV4GenerateResult)
    // Another agent's answer that JSON can't hold, files by their address for example.
    if (!result) return this.run(live, signal, false)
    const skein = { reused, ...(usd !== undefined && { usd }) }
    return { result: { ...result, providerMetadata: { ...result.providerMetadata, skein } }, isOwn: !reused }
  }

  /** Rejects if the call fails before its first part; later, the error is a part of the stream. */
  async stream(): Promise<LiveParts['stream']> {
    const { id, params } = this.#parts
    const { abortSignal } = params
    const left = new AbortController()
    const live = new LiveParts((reason) => left.abort(reason))
    const signal = abortSignal ? AbortSignal.any([abortSignal, left.signal]) : left.signal
    const ended = this.run(live, signal).then(
      ({ result, isOwn }) => live.end(partsOf(result), isOwn, id),
      (error: unknown) => {
        if (!live.fail(error, signal.aborted)) throw error
      },
    )
    await Promise.race([live.begun, ended])
    return live.stream
  }

  #attempt(onPart: ((part: StreamPart) => void) | undefined, signal: AbortSignal | undefined): Promise<GivenAnswer> {
    const { id, model, params, patience } = this.#parts
    const input = (): number => estimateInput(callQuestion(params))
    const calls = languageCalls(model)
    // What is shown is more than text, so the pieces go their own way.
    const onText = onPart && ((): void => {})
    return runExchange(id, patience, { signal, onText, input }, (exchange) =>
      onPart ? askInPieces(calls, params, exchange, onPart) : askWhole(calls, params, exchange),
    )
  }
}

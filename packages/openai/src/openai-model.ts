import { ModelCallError } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type {
  ChatOptions,
  ChatRequest,
  ChatResponse,
  EmbedRequest,
  EmbedResponse,
  Model,
  ModelSettings,
} from '@skein/core/executor'
import { maxTimerMs, ownFile } from '@skein/memory/runtime'
import type { WorkerModule } from '@skein/memory/store'
import { OpenAI } from 'openai'

import { estimateInput, toResponse } from './answer-parts.ts'
import { chatBody, completeChat } from './chat-completions.ts'
import { embedTexts } from './embeddings.ts'
import type { Exchange } from './exchange.ts'
import { toModelError } from './openai-errors.ts'
import { modelId, resolveOpenAIOptions, settingsOf } from './openai-options.ts'
import type { OpenAIModelOptions, ResolvedOpenAIOptions } from './openai-options.ts'
import { respond, responsesBody } from './responses.ts'

/**
 * Creates a model that is reached over OpenAI's API: one of OpenAI, or of any
 * compatible server (Ollama, vLLM, llama.cpp …).
 *
 * It makes single attempts; `shareModel`, which a flock applies for its activities,
 * adds retries, limits, budgets and sharing. By default, only public data may be
 * sent to it.
 *
 * @param options - Or just the model's name: then key and address come from the environment.
 * @throws OptionError when an option is out of range, or there is no key for OpenAI's server.
 *
 * @example
 * ```ts no-run
 * import { createFlock } from '@skein/core'
 * import { openaiModel } from '@skein/openai'
 *
 * const model = openaiModel({
 *   model: 'gpt-4o-mini', // the key: OPENAI_API_KEY
 *   limits: { requestsPerMinute: 500, tokensPerMinute: 200_000, parallel: 16 },
 *   budget: { usd: 5 },
 * })
 * await using flock = await createFlock({ memory, model })
 * ```
 */
export function openaiModel(options: string | OpenAIModelOptions): Model & Required<Pick<Model, 'chat' | 'embed'>> {
  return new OpenAIModel(resolveOpenAIOptions(options))
}

class OpenAIModel implements Model {
  readonly id: string
  readonly settings: ModelSettings
  readonly #options: ResolvedOpenAIOptions
  readonly #client: OpenAI

  constructor(options: ResolvedOpenAIOptions) {
    this.id = modelId(options)
    this.settings = settingsOf(options)
    this.#options = options
    const apiKey = options.apiKey ?? process.env['OPENAI_API_KEY']
    this.#client = new OpenAI({
      // Servers that need no key accept any.
      apiKey: apiKey || 'none',
      baseURL: options.baseURL,
      // `shareModel` retries: it knows budgets, limits, and what was billed.
      maxRetries: 0,
      timeout: maxTimerMs,
      // At its lowest level, it prints prompts.
      logLevel: 'off',
    })
  }

  /** A getter, so that printing or copying the model does not reveal the key. */
  get descriptor(): WorkerModule {
    // Bundled with the app, the module would be the app.
    const { href: module } = ownFile('@skein/openai', import.meta.url, 'openai-model', './openai-model.js')
    return { module, name: 'openaiModel', options: this.#options }
  }

  chat(request: ChatRequest, { signal, onText }: ChatOptions = {}): Promise<ChatResponse> {
    const { model, api, baseURL } = this.#options
    const input = (): number => estimateInput(request)
    return this.#exchange({ signal, onText, input }, async (exchange) => {
      const raw =
        api === 'responses'
          ? await respond(this.#client, responsesBody(model, request), exchange)
          : await completeChat(this.#client, chatBody(model, request, isOpenAI(baseURL)), exchange)
      return toResponse(this.id, request, raw)
    })
  }

  embed(request: EmbedRequest, { signal }: Pick<ChatOptions, 'signal'> = {}): Promise<EmbedResponse> {
    const input = (): number => request.texts.reduce((sum, text) => sum + estimateTokens(text), 0)
    return this.#exchange({ signal, onText: undefined, input }, (exchange) =>
      embedTexts(this.#client, this.#options, request, exchange),
    )
  }

  /** Runs one request, aborts it after too long a silence, and translates its failure. */
  async #exchange<Answer>(
    { signal, onText, input }: ChatOptions & { readonly input: () => number },
    run: (exchange: Exchange) => Promise<Answer>,
  ): Promise<Answer> {
    signal?.throwIfAborted()
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(), this.#options.timeoutMs)
    let begun = false
    let received = ''
    const begin = (piece: string): void => {
      begun = true
      timer.refresh()
      received += piece
      if (piece !== '') onText?.(piece)
    }
    const joined = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal
    const usedTokens = (): { input: number; output: number } => ({ input: input(), output: estimateTokens(received) })
    try {
      const answer = await run({ model: this.id, signal: joined, onText: onText ?? undefined, begin })
      // An aborted stream ends as if it were complete.
      joined.throwIfAborted()
      return answer
    } catch (error) {
      const timedOut = silence.signal.aborted
      const known =
        error instanceof ModelCallError && !timedOut && !error.usedTokens ? withUsed(error, usedTokens()) : error
      throw toModelError(known, { model: this.id, signal, timedOut, begun, usedTokens })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** An unusable answer was billed, too. */
function withUsed(error: ModelCallError, usedTokens: { input: number; output: number }): ModelCallError {
  return new ModelCallError(error.code, error.model, { usedTokens })
}

function isOpenAI(baseURL: string): boolean {
  return new URL(baseURL).hostname === 'api.openai.com'
}

import { estimateInput, estimateTokens, Exchange, toResponse } from '@skein/core/executor'
import type {
  ChatOptions,
  ChatRequest,
  ChatResponse,
  EmbedRequest,
  EmbedResponse,
  Model,
  ModelSettings,
  RawAnswer,
} from '@skein/core/executor'
import { ownFile } from '@skein/memory/runtime'
import type { WorkerModule } from '@skein/memory/store'

import { readChatAnswer } from './answers/chat-answer.ts'
import { readResponse } from './answers/response-answer.ts'
import { authorization } from './authorization.ts'
import { embedTexts } from './embed-texts.ts'
import { servesOpenAI } from './known-hosts.ts'
import { modelId, resolveOpenAIOptions, settingsOf } from './openai-options.ts'
import type { OpenAIModelOptions, ResolvedOpenAIOptions } from './openai-options.ts'
import { abilityTable } from './requests/abilities.ts'
import type { AbilityTable } from './requests/abilities.ts'
import { chatBody } from './requests/chat-body.ts'
import { negotiate } from './requests/negotiate.ts'
import { responsesBody } from './requests/responses-body.ts'
import { toModelError } from './wire/model-failure.ts'
import { Server } from './wire/server.ts'

/** The two APIs for text. Embeddings are the same in both. */
const apis = {
  chat: { path: '/chat/completions', bodyOf: chatBody, read: readChatAnswer },
  responses: { path: '/responses', bodyOf: responsesBody, read: readResponse },
} as const

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
 * const flock = await createFlock({ memory, model })
 * await flock.close()
 * ```
 */
export function openaiModel(
  options: string | OpenAIModelOptions,
): Model & Required<Pick<Model, 'chat' | 'descriptor' | 'embed'>> {
  return new OpenAIModel(resolveOpenAIOptions(options))
}

class OpenAIModel implements Model {
  readonly id: string
  readonly settings: ModelSettings
  readonly #options: ResolvedOpenAIOptions
  readonly #server: Server
  readonly #table: AbilityTable

  constructor(options: ResolvedOpenAIOptions) {
    this.id = modelId(options)
    this.settings = settingsOf(options)
    this.#options = options
    const url = new URL(options.baseURL)
    this.#server = new Server(options.baseURL, authorization(url, options))
    this.#table = abilityTable(options.baseURL, options.model, {
      schemas: 'json_schema',
      systemRole: true,
      streamOptions: true,
      // OpenAI's newer models accept only the new name, many servers only the old one.
      maxTokens: servesOpenAI(url) ? 'max_completion_tokens' : 'max_tokens',
      cacheKey: true,
      cacheBreakpoints: options.promptCache !== false && options.promptCache.breakpoints,
      base64: true,
      mostTexts: Number.POSITIVE_INFINITY,
    })
  }

  /** A getter, so that printing or copying the model does not reveal the key. */
  get descriptor(): WorkerModule {
    // Bundled with the app, the module would be the app.
    const { href: module } = ownFile('@skein/openai', import.meta.url, 'openai-model', './openai-model.js')
    return { module, name: 'openaiModel', options: this.#options }
  }

  chat(request: ChatRequest, { signal, onText, prefix }: ChatOptions = {}): Promise<ChatResponse> {
    const { model, api } = this.#options
    const { path, bodyOf, read } = apis[api]
    const uses = {
      schema: request.schema?.schema,
      systemRole: request.messages.some(({ role }) => role === 'system') || request.schema !== undefined,
      streamOptions: onText !== undefined && api === 'chat',
      maxTokens: request.maxOutputTokens !== undefined && api === 'chat',
      prefix: prefix !== undefined,
    }
    const input = (): number => estimateInput(request)
    return this.#exchange({ signal, onText, input }, async (exchange) => {
      const raw = await negotiate(this.#table, uses, exchange, async (abilities) => {
        const body = bodyOf(model, request, abilities, { isStreamed: exchange.isStreamed, prefix })
        const answer = await read(this.#server.ask(path, body, exchange.signal), exchange)
        if (uses.schema && ignoresSchema(answer)) this.#table.learn({ schemas: 'words' }, undefined)
        return answer
      })
      return toResponse(this.id, request, raw)
    })
  }

  embed(request: EmbedRequest, { signal }: Pick<ChatOptions, 'signal'> = {}): Promise<EmbedResponse> {
    const { model, embeddingEncoding } = this.#options
    const context = { server: this.#server, table: this.#table, model, embeddingEncoding }
    const input = (): number => request.texts.reduce((sum, text) => sum + estimateTokens(text), 0)
    return this.#exchange({ signal, input }, (exchange) => embedTexts(context, request, exchange))
  }

  /** Runs one attempt, ends it when nothing comes for too long, and translates its failure. */
  async #exchange<Answer>(
    { signal, onText, input }: ChatOptions & { readonly input: () => number },
    run: (exchange: Exchange) => Promise<Answer>,
  ): Promise<Answer> {
    signal?.throwIfAborted()
    using exchange = new Exchange(this.id, this.#options, signal, onText)
    try {
      const answer = await run(exchange)
      signal?.throwIfAborted()
      return answer
    } catch (error) {
      throw toModelError(error, exchange, signal, input)
    }
  }
}

/** A server that enforces schemas answers with JSON. One that ignores them is told them in words from now on. */
function ignoresSchema({ text, refusal, finishReason }: RawAnswer): boolean {
  return finishReason === 'stop' && refusal === '' && text !== '' && !/[[{]/.test(text)
}

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { estimateInput, estimateTokens, moduleExports, moduleUrl, toResponse } from '@skein/core/executor'
import type {
  ChatOptions,
  ChatRequest,
  ChatResponse,
  EmbedRequest,
  EmbedResponse,
  Model,
  ModelSettings,
} from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { ownFile } from '@skein/memory/runtime'
import type { WorkerModule } from '@skein/memory/store'

import { isEmbedder, isLanguageModel, resolveAiSdkOptions, usualExport } from './ai-sdk-options.ts'
import type { AiSdkModelOptions, ResolvedAiSdkOptions } from './ai-sdk-options.ts'
import { modelName, modelSettings } from './call-settings.ts'
import { askInPieces, askWhole } from './calls/ask-model.ts'
import { callOptions } from './calls/call-options.ts'
import { rawAnswer } from './calls/chat-answer.ts'
import { embedTexts } from './calls/embed-texts.ts'
import { embeddingCalls, languageCalls } from './calls/language-model.ts'
import type { AnyEmbeddingModel, AnyLanguageModel, EmbeddingCalls, LanguageCalls } from './calls/language-model.ts'
import { textOf } from './calls/fields.ts'
import { runExchange } from './calls/run-exchange.ts'
import { SchemaForm } from './calls/schema-form.ts'

/** The parts of a model: one answers, one makes vectors. */
interface ModelParts {
  readonly chat: AnyLanguageModel | undefined
  readonly embedder: AnyEmbeddingModel | undefined
}

/**
 * Adapts an AI SDK model for agents. A flock shares its calls, counts them, and keeps them within budgets. By
 * default, only public data may be sent to the model.
 *
 * Worker threads must be able to create the model themselves. So for a flock, pass the URL of a module that exports
 * it (`export const model = anthropic('…')`, and `embedder` for vectors). A model object only works with
 * `shareModel`, in this thread.
 *
 * @param model - A language model or an embedding model, or the URL of the module that exports it.
 * @throws OptionError when an option is out of range, or the module exports no model of that name.
 *
 * @example
 * ```ts no-run
 * import { createFlock, shareModel } from '@skein/core'
 * import { aiSdkModel } from '@skein/ai-sdk'
 *
 * const model = await aiSdkModel(new URL('./model.ts', import.meta.url), { budget: { tokens: 1_000_000 } })
 * const flock = await createFlock({ memory, model })
 * const ann = shareModel(aiSdkModel(claude), memory.as({ id: 'ann', role: 'reader' }))
 * ```
 */
export function aiSdkModel(model: AnyLanguageModel | AnyEmbeddingModel, options?: AiSdkModelOptions): Model
export function aiSdkModel(model: URL | string, options?: AiSdkModelOptions): Promise<Model>
export function aiSdkModel(
  model: URL | string | AnyLanguageModel | AnyEmbeddingModel,
  options: AiSdkModelOptions = {},
): Model | Promise<Model> {
  const resolved = resolveAiSdkOptions(options)
  const { embedder } = options
  if (isLanguageModel(model)) return new AiSdkModel({ chat: model, embedder }, resolved)
  if (isEmbedder(model)) return new AiSdkModel({ chat: undefined, embedder: model }, resolved)
  if (embedder) {
    throw new OptionError(
      'embedder',
      `Export the embedding model from ${String(model)} as \`embedder\`, so that threads find it, too.`,
    )
  }
  return modelOfModule({ module: hrefOf(model), options: resolved })
}

/** How a worker thread makes a model of a module. */
export interface ModuleSource {
  readonly module: string
  readonly options: ResolvedAiSdkOptions
}

/** Makes a model from the module that exports it, also in worker threads. @throws OptionError */
export async function modelOfModule({ module, options }: ModuleSource): Promise<Model> {
  const exported = moduleExports((await import(module)) as Readonly<Record<string, unknown>>)
  const parts = partsIn(exported, options.exportName)
  if (!parts) {
    const there = Object.keys(exported).join(', ') || 'nothing'
    throw new OptionError(
      'model',
      `Expected ${module} to export \`${options.exportName}\`, a model of the AI SDK; it exports ${there}.`,
    )
  }
  const { href } = ownFile('@skein/ai-sdk', import.meta.url, 'ai-sdk-model', './ai-sdk-model.js')
  return new AiSdkModel(parts, options, { module: href, name: 'modelOfModule', options: { module, options } })
}

function partsIn(exported: Readonly<Record<string, unknown>>, name: string): ModelParts | undefined {
  const isUsual = name === usualExport
  const found = exported[name] ?? (isUsual ? exported['default'] : undefined)
  const embedder = isEmbedder(exported['embedder']) ? exported['embedder'] : undefined
  if (isLanguageModel(found)) return { chat: found, embedder }
  if (isEmbedder(found)) return { chat: undefined, embedder: found }
  // A module may make vectors alone.
  return isUsual && found === undefined && embedder ? { chat: undefined, embedder } : undefined
}

function hrefOf(module: URL | string): string {
  const href = URL.canParse(String(module)) ? moduleUrl(module) : ''
  if (href !== '' && (!href.startsWith('file:') || existsSync(fileURLToPath(href)))) return href
  throw new OptionError(
    'model',
    "a model of the AI SDK, or the URL of a module that exports one: new URL('./model.ts', import.meta.url)",
    module,
  )
}

class AiSdkModel implements Model {
  readonly id: string
  readonly settings: ModelSettings
  declare readonly descriptor?: WorkerModule
  declare readonly chat?: (request: ChatRequest, options?: ChatOptions) => Promise<ChatResponse>
  declare readonly embed?: (request: EmbedRequest, options?: Pick<ChatOptions, 'signal'>) => Promise<EmbedResponse>
  readonly #options: ResolvedAiSdkOptions

  constructor({ chat, embedder }: ModelParts, options: ResolvedAiSdkOptions, descriptor?: WorkerModule) {
    const { prompts, providerOptions, embedPrice, maxPassageTokens } = options
    const names = [chat, embedder].filter((one) => one !== undefined)
    this.id = options.id ?? names.map((one) => modelName(one, { ...prompts, ...providerOptions })).join('+')
    this.settings = {
      ...modelSettings(options),
      prompts,
      ...(embedPrice && { embedPrice }),
      ...(maxPassageTokens !== undefined && { maxPassageTokens }),
    }
    this.#options = options
    if (descriptor) this.descriptor = descriptor
    if (chat) {
      const calls = languageCalls(chat)
      const form = new SchemaForm(calls)
      this.chat = (request, given) => this.#chat(calls, form, request, given)
    }
    if (embedder) this.embed = (request, given) => this.#embed(embeddingCalls(embedder), request, given)
  }

  #chat(
    model: LanguageCalls,
    form: SchemaForm,
    request: ChatRequest,
    { signal, onText }: ChatOptions = {},
  ): Promise<ChatResponse> {
    const input = (): number => estimateInput(request)
    return runExchange(this.id, this.#options, { signal, onText, input }, async (exchange) => {
      const answer = await form.ask(request, exchange, (inWords) => {
        const call = callOptions(request, this.#options.providerOptions, inWords)
        if (!exchange.isStreamed) return askWhole(model, call, exchange)
        return askInPieces(model, call, exchange, (part) => {
          if (part.type === 'text-delta') exchange.show(textOf(part['delta']))
        })
      })
      return toResponse(this.id, request, rawAnswer(answer))
    })
  }

  #embed(
    model: EmbeddingCalls,
    request: EmbedRequest,
    { signal }: Pick<ChatOptions, 'signal'> = {},
  ): Promise<EmbedResponse> {
    const input = (): number => request.texts.reduce((sum, text) => sum + estimateTokens(text), 0)
    const { providerOptions } = this.#options
    return runExchange(this.id, this.#options, { signal, input }, (exchange) =>
      embedTexts(model, request, providerOptions, exchange),
    )
  }
}

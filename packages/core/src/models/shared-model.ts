import { OptionError } from '@skein/memory'
import { covers, joinLabels } from '@skein/memory/store'
import type { View } from '@skein/memory'
import type { Label } from '@skein/memory/store'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { requireOptions, warn } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { BudgetScope } from '../limits/budget.ts'
import { PromptCache } from '../prefixes/prompt-cache.ts'
import { traceCall } from '../tracing/trace-chat.ts'
import { callKinds, sumUp } from './call-options.ts'
import type { AnswerOrigin, CallOptions, ObjectAnswer } from './call-options.ts'
import type { ChatRequest, ChatResponse } from './chat.ts'
import { requireCite } from './cite.ts'
import type { CitedAnswer, CiteRequest, Passage } from './cite.ts'
import { requireModel } from './require-model.ts'
import { citeByChat } from './cite-by-chat.ts'
import type { CiteContext } from './cite-by-chat.ts'
import { citeNatively } from './cite-natively.ts'
import { estimateChat, tokenCounter } from './count-tokens.ts'
import type { CountTokens } from './count-tokens.ts'
import { embedShared } from './embed-shared.ts'
import { droppedOf } from './evidence.ts'
import { ModelCallError, ModelUnsupportedError } from './model-errors.ts'
import { ModelCalls } from './model-calls.ts'
import type { CallOutcome, SentRequest } from './model-calls.ts'
import type { EmbedRequest, EmbedResponse, Model } from './model.ts'
import { resolvePrompts } from './prompts.ts'
import type { PromptTexts } from './prompts.ts'
import { labelsOf, quoteData, withData } from './quoted-data.ts'
import { chatIdentity, shareKey } from './share-key.ts'
import type { Operation } from './share-key.ts'
import { keysOf } from './shared-keys.ts'
import { plainRequest } from './shared-request.ts'
import type { AskContext, ObjectRequest, ShareableRequest, SharedChatRequest } from './shared-request.ts'
import { askInForm, checkSchema } from './structured-output.ts'
import type { AnswerForm, FormedCall } from './structured-output.ts'
import { isWhole } from './whole-answer.ts'

/** Options of {@link shareModel}. */
export interface ShareOptions {
  /** Limit its calls, beside the model's own budget. */
  readonly budgets?: readonly BudgetScope[]
}

const chatKinds: OptionKinds<CallOptions & { readonly onText?: unknown }> = { ...callKinds, onText: 'function' }
const shareKinds: OptionKinds<ShareOptions> = { budgets: 'any' }

/**
 * A model as agents use it. Equal calls are made once for the whole memory: they
 * join while one runs, and reuse its stored answer afterwards.
 *
 * All methods reject with `ModelClearanceError` (before anything is sent that the
 * model may not see), `BudgetExceededError`, `ModelUnsupportedError`,
 * `ModelCallError`, or the signal's reason.
 */
export class SharedModel {
  readonly #model: Model
  readonly #memory: View
  readonly #calls: ModelCalls
  readonly #prompts: Required<PromptTexts>
  readonly #count: CountTokens
  readonly #cache: PromptCache | undefined

  /** @internal */
  constructor(model: Model, memory: View, { budgets = [] }: ShareOptions) {
    this.#model = model
    this.#memory = memory
    this.#calls = new ModelCalls(model, memory, budgets)
    this.#prompts = resolvePrompts(model.settings?.prompts)
    this.#count = tokenCounter(model.settings?.countTokens)
    const { promptCache } = model.settings ?? {}
    this.#cache = promptCache && new PromptCache(model.id, promptCache, memory)
  }

  /** Provider and name. */
  get id(): string {
    return this.#model.id
  }

  /**
   * Asks for text or tool calls.
   *
   * @param options - `onText` is called with each piece as it arrives; with a reused answer, once.
   */
  async chat(
    request: SharedChatRequest,
    options: CallOptions & { readonly onText?: (piece: string) => void } = {},
  ): Promise<ChatResponse & AnswerOrigin> {
    requireOptions('chat', options, chatKinds)
    const prepared = this.#prepare(request)
    const { answer, reused, usd } = await this.#ask('chat', prepared.plain, prepared, options)
    return { ...answer, reused, usd }
  }

  /**
   * Asks for data that fits a schema. If the answer does not fit, the model is asked once to correct its faults.
   *
   * @throws ModelCallError SKEIN_MODEL_OUTPUT when the second answer does not fit either; OptionError when the schema
   * can't be converted to JSON Schema.
   */
  async object<Schema extends StandardSchemaV1>(
    request: ObjectRequest<Schema>,
    options: CallOptions = {},
  ): Promise<ObjectAnswer<StandardSchemaV1.InferOutput<Schema>>> {
    requireOptions('object', options, callKinds)
    const { schema } = request
    const context = this.#prepare(plainRequest(request))
    const form: AnswerForm<StandardSchemaV1.InferOutput<Schema>> = {
      check: (data) => checkSchema(schema, data),
      failureOf: ({ faults: issues }) =>
        issues.length > 0 ? new ModelCallError('SKEIN_MODEL_OUTPUT', this.id, { issues }) : undefined,
    }
    const ask = (sent: ChatRequest, call: FormedCall): Promise<CallOutcome<ChatResponse>> =>
      this.#ask('object', sent, context, options, call)
    const { value, outcome } = await askInForm(ask, context.plain, form, {
      model: this.id,
      repair: this.#prompts.repair,
    })
    return { value: value as StandardSchemaV1.InferOutput<Schema>, ...sumUp([outcome]) }
  }

  /**
   * Asks for an answer from passages whose sentences cite them.
   *
   * Quotes are looked up in the passages. They are evidence if they hold at least two words that carry meaning, and
   * occur in their passage once or hold five. If some are not found or no evidence, the model is asked once to correct
   * them; sentences that are still faulty are left out and counted (`dropped`), by reason (`droppedFor`).
   *
   * @throws ModelCallError SKEIN_MODEL_CITATION when no sentence is left; OptionError
   */
  async cite(request: CiteRequest, options: CallOptions = {}): Promise<CitedAnswer & AnswerOrigin> {
    requireOptions('cite', options, callKinds)
    requireCite(request)
    const label = this.#labelOf(request.passages)
    if (this.#model.cite) {
      const own = { model: this.id, cite: this.#model.cite.bind(this.#model), calls: this.#calls, count: this.#count }
      return citeNatively({ ...own, memory: this.#memory, label }, request, options)
    }
    const ask: CiteContext['ask'] = (sent, shared, call) => this.#ask('cite', sent, { label, shared }, options, call)
    const { sentences, drops, outcomes } = await citeByChat(request, this.#citeContext(ask))
    return { sentences, ...droppedOf(drops), ...sumUp(outcomes) }
  }

  /** Turns texts into vectors. Each text is embedded once for the whole memory, in as few requests as possible. */
  async embed(request: EmbedRequest, options: CallOptions = {}): Promise<EmbedResponse & AnswerOrigin> {
    requireOptions('embed', options, callKinds)
    const { embed } = this.#model
    if (!embed) throw new ModelUnsupportedError(this.id, 'embed')
    const context = { model: this.id, embed: embed.bind(this.#model), calls: this.#calls, count: this.#count }
    const { label } = this.#memory
    const call = { model: this.id, memory: this.#memory, operation: 'embeddings', label } as const
    return traceCall(
      call,
      () => embedShared({ ...context, label }, request, options),
      (outcome) => outcome,
    )
  }

  /**
   * Forgets the stored answer to a request, for all threads, processes and machines: the next caller asks again. For
   * a cited answer from several calls, all are forgotten; for vectors, those of each text. Records made from the
   * answer stay: facts, objects, results of activities.
   *
   * @param request - The same as for `chat`, `object`, `cite` or `embed`.
   * @returns whether there was an answer.
   * @throws OptionError, StoreError
   */
  async forget(request: ShareableRequest): Promise<boolean> {
    const keys = await keysOf(request, {
      model: this.#model,
      memory: this.#memory,
      prepare: (some) => this.#prepare(some).plain,
      citeContext: (ask) => this.#citeContext(ask),
    })
    const forgotten = await Promise.all(keys.map((key) => this.#memory.forgetWork(key)))
    return forgotten.includes(true)
  }

  #citeContext(ask: CiteContext['ask']): CiteContext {
    const { maxPassageTokens = 24_000 } = this.#model.settings ?? {}
    const level = this.#memory.label.sensitivity
    return { model: this.id, prompts: this.#prompts, maxPassageTokens, countTokens: this.#count, level, ask }
  }

  async #ask(
    operation: Operation,
    request: ChatRequest,
    { label, shared }: AskContext,
    { share, ttlMs, signal, onText }: CallOptions & { readonly onText?: (piece: string) => void },
    formed?: FormedCall,
  ): Promise<CallOutcome<ChatResponse>> {
    const { chat } = this.#model
    if (!chat) throw new ModelUnsupportedError(this.id, 'chat')
    const cache = this.#cache
    const sent = (some: ChatRequest): SentRequest<ChatResponse> => ({
      estimate: () => estimateChat(some, this.#count),
      enter: cache && ((stop) => cache.enter(some.messages, shared, label, stop)),
      attempt: (stop, turn) => {
        const show = (piece: string): void => {
          turn?.begin()
          emit(piece)
        }
        return chat.call(this.#model, some, { signal: stop, ...(onText && { onText: show }), prefix: turn?.prefix })
      },
    })
    let isStreamed = false
    const emit = (piece: string): void => {
      // Others may still wait for the answer after this caller has left.
      if (signal?.aborted) return
      isStreamed = true
      try {
        onText?.(piece)
      } catch (error) {
        // A listener that throws must not fail an answer that others wait for.
        warn(error)
      }
    }
    const make = (): Promise<CallOutcome<ChatResponse>> =>
      this.#calls.run<ChatResponse>({
        key: shareKey(this.id, operation, chatIdentity(request)),
        share: share ?? (request.temperature ?? 0) === 0,
        ttlMs,
        label,
        signal,
        request: () => sent(request),
        accept: (answer) => isWhole(answer, request) && (formed?.accept(answer) ?? true),
        finish: formed && ((first, again) => formed.finish(first, (next) => again(sent(next)))),
      })
    const call = { model: this.id, memory: this.#memory, operation: 'chat', label, request } as const
    const outcome = await traceCall(call, make, ({ answer, reused, usd }) => ({ ...answer, reused, usd }))
    if (!isStreamed && outcome.answer.text !== '') emit(outcome.answer.text)
    return outcome
  }

  #prepare(given: SharedChatRequest): AskContext & { plain: ChatRequest } {
    if (given.passages === undefined) return { label: this.#memory.label, plain: given, shared: undefined }
    const { passages, ...request } = given
    const label = this.#labelOf(passages)
    if (passages.length === 0) return { label, plain: request, shared: undefined }
    const data = quoteData(passages, this.#memory.label.sensitivity, this.#prompts.data)
    const { messages, shared } = withData(request.messages, data)
    return { label, plain: { ...request, messages }, shared }
  }

  /** A request may contain anything that the activity has read, regardless of the labels of its passages. */
  #labelOf(passages: readonly Passage[]): Label {
    const stated = labelsOf(passages)
    const { level = 'public', compartments = [] } = this.#memory.principal.clearance ?? {}
    // What it answers, the activity has read. A label above the clearance is refused when the model is asked.
    for (const label of stated) if (covers({ level, compartments }, label)) this.#memory.noteRead(label)
    return joinLabels([this.#memory.label, ...stated])
  }
}

/**
 * Adds to a model what agents need: sharing through a memory, retries, limits and
 * budgets. Activities get one as `context.model`.
 *
 * @throws OptionError when one of the model's limits is out of range.
 *
 * @example
 * ```ts
 * import { extractiveModel, shareModel } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const model = shareModel(extractiveModel(), memory.as({ id: 'ann', role: 'reader' }))
 * const passages = [{ id: 'report', text: 'Energy is saved in every home. The arts are a precious resource.' }]
 * const ask = () => model.cite({ messages: [{ role: 'user', text: 'What about energy?' }], passages, maxSentences: 1 })
 * const [first, second] = [await ask(), await ask()]
 * first.sentences[0]?.text // => 'Energy is saved in every home.'
 * second.reused // => true
 * await memory.close()
 * ```
 */
export function shareModel(model: Model, memory: View, options: ShareOptions = {}): SharedModel {
  requireModel(model)
  if (typeof memory?.once !== 'function')
    throw new OptionError('memory', 'a view, such as memory.as({ id, role })', memory)
  const { budgets } = requireOptions('shareModel', options, shareKinds)
  if (budgets !== undefined && !Array.isArray(budgets)) throw new OptionError('budgets', 'an array of budgets', budgets)
  return new SharedModel(model, memory, options)
}

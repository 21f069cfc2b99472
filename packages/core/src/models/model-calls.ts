import { setTimeout as sleep } from 'node:timers/promises'

import { OptionError } from '@skein/memory'
import { addCost, noCost, noteUse, requireLifetime } from '@skein/memory/runtime'
import { covers } from '@skein/memory/store'
import type { OnceOptions, OnceResult, View, WorkContext } from '@skein/memory'
import type { Label } from '@skein/memory/store'
import type { Cost } from '@skein/memory/types'

import type { BudgetScope } from '../limits/budget.ts'
import { HeldBudgets } from '../limits/held-budgets.ts'
import { Limiter } from '../limits/limiter.ts'
import { ModelClearanceError } from './model-errors.ts'
import type { ModelCallError } from './model-errors.ts'
import type { BudgetExceededError } from '../limits/budget-exceeded-error.ts'
import { resolveRetry } from '../supervision/retry-policy.ts'
import type { ResolvedRetryPolicy } from '../supervision/retry-policy.ts'
import type { Model } from './model.ts'
import type { PrefixTurn } from '../prefixes/prompt-cache.ts'
import { costOf } from './price.ts'
import { asksForPause, modelRetry, retryDelay } from './retry-delay.ts'
import { costOfCall } from './usage.ts'
import type { ModelUsage } from './usage.ts'

/** One call to a model, of any kind. */
export interface ModelCall<Answer> {
  /** Equal for equal calls. */
  readonly key: string
  /** Whether to reuse a stored answer, or join an equal call that is running. */
  readonly share: boolean
  readonly ttlMs?: number | undefined
  /** The sensitivity of what is sent. */
  readonly label: Label
  readonly signal?: AbortSignal | undefined
  /** What is sent, asked for only where no answer is known. */
  readonly request: () => SentRequest<Answer>
  /** Whether an answer, new or stored, is good enough for everybody who asks the same; others are never kept. */
  readonly accept: (answer: unknown) => boolean | Promise<boolean>
  /** Turns the first answer into the one that counts, with further calls where it takes any. */
  readonly finish?: ((first: Answer, again: Again<Answer>) => Promise<Answer>) | undefined
}

/** A request, and how to send it. */
export interface SentRequest<Answer> {
  /** Called only where a budget or limit applies. */
  readonly estimate: () => ModelUsage
  /** Waits until the call may be made, before it takes a place in any queue. */
  readonly enter?: ((signal: AbortSignal) => Promise<PrefixTurn | undefined>) | undefined
  /** One attempt. */
  readonly attempt: (signal: AbortSignal, turn?: PrefixTurn) => Promise<Answer>
}

/** Makes a further call within the same work. */
export type Again<Answer> = (request: SentRequest<Answer>) => Promise<Answer>

/** The parts of a call that are needed to make it. */
export type SentCall<Answer> = Pick<ModelCall<Answer>, 'key' | 'label'> &
  Pick<SentRequest<Answer>, 'estimate' | 'attempt'>

/** The options of `View.once` that calls use. */
type OnceArguments = { readonly [Name in 'signal' | 'ttlMs' | 'accept']?: OnceOptions[Name] | undefined }

/** An answer, and whether it was reused. */
export interface CallOutcome<Answer> {
  readonly answer: Answer
  readonly reused: boolean
  /** What it cost, or would have cost again; `undefined` where the price is not known. */
  readonly usd: number | undefined
}

/** The kind of work that calls are, in the ledger. */
const workKind = 'model'

/**
 * Makes the calls of a model for one principal: never sends what the model may not
 * see, makes no call twice, stays within budgets and rates, and retries failures.
 */
export class ModelCalls {
  readonly #model: Model
  readonly #memory: View
  readonly #budgets: readonly BudgetScope[]
  readonly #limiter: Limiter
  readonly #retry: ResolvedRetryPolicy

  constructor(model: Model, memory: View, budgets: readonly BudgetScope[]) {
    const { budget, limits = {}, retry } = model.settings ?? {}
    this.#model = model
    this.#memory = memory
    this.#budgets = budget ? [budget, ...budgets] : budgets
    this.#limiter = new Limiter(model.id, limits, memory)
    this.#retry = resolveRetry(retry, modelRetry)
  }

  /** The same for vectors, which may have a price of their own. */
  get forVectors(): ModelCalls {
    const { id, settings = {} } = this.#model
    const { embedPrice, budget: _, ...rest } = settings
    if (!embedPrice) return this
    return new ModelCalls({ id, settings: { ...rest, price: embedPrice } }, this.#memory, this.#budgets)
  }

  /**
   * Makes a call, or reuses its answer.
   *
   * @throws OptionError, ModelClearanceError, BudgetExceededError, ModelCallError; the signal's reason.
   */
  async run<Answer extends { readonly usage: ModelUsage }>(call: ModelCall<Answer>): Promise<CallOutcome<Answer>> {
    this.requireClearance(call)
    const { signal, ttlMs, accept } = call
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
    let exceeded: BudgetExceededError | undefined
    const work = async ({ signal: lease, reportUsage, reportDuration }: WorkContext): Promise<Answer> => {
      let tookMs = 0
      const make = async (sent: SentRequest<Answer>): Promise<Answer> => {
        const turn = await sent.enter?.(lease)
        try {
          const attempt = (stop: AbortSignal): Promise<Answer> => sent.attempt(stop, turn)
          const made = await this.make({ ...call, ...sent, attempt }, lease, (ms) => reportDuration((tookMs += ms)))
          turn?.begin()
          exceeded ??= made.exceeded
          const { usage } = made.answer
          reportUsage(costOfCall(usage, this.costOf(usage)))
          return made.answer
        } finally {
          await turn?.end()
        }
      }
      const first = await make(call.request())
      return call.finish ? call.finish(first, make) : first
    }
    const outcome = call.share
      ? await this.once(call.key, work, { signal, ttlMs, accept })
      : await this.#unshared(work, signal)
    // The answer is paid for and stored; only this caller has to stop.
    if (exceeded) throw exceeded
    return { answer: outcome.value, reused: outcome.reused, usd: outcome.cost.usd }
  }

  /** Runs work without sharing it. */
  async #unshared<Answer>(
    work: (context: WorkContext) => Promise<Answer>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<OnceResult<Answer>> {
    signal.throwIfAborted()
    let cost = noCost
    const value = await work({
      signal,
      // A correction is a call of its own.
      reportUsage: (usage) => (cost = { ...addCost(cost, { ...noCost, ...usage }), ms: cost.ms }),
      reportDuration: (ms) => (cost = { ...cost, ms }),
    })
    this.noteUse(cost)
    return { value, reused: false, cost }
  }

  /** Counts what a call used that is no work of the memory. */
  noteUse(cost: Cost): void {
    noteUse(this.#memory, workKind, cost)
  }

  /** The price of a usage with this model, in US dollars; `undefined` where it is not known. */
  costOf(usage: ModelUsage): number | undefined {
    return costOf(usage, this.#model.settings?.price)
  }

  /**
   * Runs work once for the whole memory. If work that someone else runs fails for
   * their own reasons (their budget, their abort), it runs here.
   *
   * @throws what the work throws, wherever it ran.
   */
  async once<Answer>(
    key: string,
    work: (context: WorkContext) => Promise<Answer>,
    { signal, ttlMs, accept }: OnceArguments,
  ): Promise<OnceResult<Answer>> {
    // Nobody waits for the disk: after a power cut, an answer that was lost is asked for again.
    const options: { -readonly [Name in keyof OnceOptions]: OnceOptions[Name] } = { fleeting: true }
    if (accept) options.accept = accept
    if (signal) options.signal = signal
    if (ttlMs !== undefined) options.ttlMs = ttlMs
    for (;;) {
      try {
        return await this.#memory.once(key, work, options)
      } catch (error) {
        // The memory wraps failures of work that ran elsewhere: only failures of the model concern everyone.
        if (codeOf(error) === 'SKEIN_WORK') {
          const { cause } = error as Error
          if (String(codeOf(cause)).startsWith('SKEIN_MODEL_')) throw cause
        } else if (codeOf(error) !== 'SKEIN_BUDGET' || this.#isOurs(error as BudgetExceededError)) throw error
      }
    }
  }

  #isOurs({ budget }: BudgetExceededError): boolean {
    return this.#budgets.some(({ id }) => id === budget)
  }

  /**
   * Makes a call, without looking for a stored answer.
   *
   * @param reportDuration - Called with the milliseconds that the answer took, without waiting in queues.
   * @returns the answer, and the budget that it exceeded: the answer is paid for, so store it before throwing that.
   */
  async make<Answer extends { readonly usage: ModelUsage }>(
    call: SentCall<Answer>,
    signal: AbortSignal,
    reportDuration: (ms: number) => void,
  ): Promise<{ answer: Answer; exceeded: BudgetExceededError | undefined }> {
    if (this.#budgets.length === 0)
      return { answer: await this.#withRetries(call, signal, reportDuration), exceeded: undefined }
    const { price } = this.#model.settings ?? {}
    if (price === undefined && this.#budgets.some(({ usd }) => usd !== undefined)) {
      throw new OptionError('price', `set for ${this.#model.id}, because one of its budgets is in US dollars`, price)
    }
    const spending = (usage: ModelUsage): { tokens: number; usd: number } => {
      return { tokens: usage.inputTokens + usage.outputTokens, usd: costOf(usage, price) ?? 0 }
    }
    const held = new HeldBudgets(this.#memory, this.#budgets, spending(call.estimate()))
    await held.take(signal)
    let answer: Answer
    try {
      answer = await this.#withRetries(call, AbortSignal.any([signal, held.signal]), reportDuration)
    } catch (error) {
      const used = (error as Partial<ModelCallError>).usedTokens
      await held.settle(used && spending({ inputTokens: used.input, outputTokens: used.output }))
      // The time of a budget has run out.
      held.signal.throwIfAborted()
      throw error
    }
    return { answer, exceeded: await held.settle(spending(answer.usage)) }
  }

  async #withRetries<Answer extends { readonly usage: ModelUsage }>(
    call: SentCall<Answer>,
    signal: AbortSignal,
    reportDuration: (ms: number) => void,
  ): Promise<Answer> {
    for (let made = 1; ; made += 1) {
      try {
        const run = (): Promise<Answer> => this.#attempt(call, signal, reportDuration)
        const usedTokens = ({ usage }: Answer): number => usage.inputTokens + usage.outputTokens
        const estimate = (): number => usedTokens({ usage: call.estimate() } as Answer)
        return await this.#limiter.run({ estimate, run, usedTokens }, signal)
      } catch (error) {
        signal.throwIfAborted()
        const failure = error as ModelCallError
        const delayMs = retryDelay(this.#retry, made, failure, Math.random())
        if (delayMs === undefined) throw error
        // A pause that the provider asks for holds for everyone.
        if (asksForPause(failure.retryAfterMs)) await this.#limiter.hold(delayMs)
        // Rejects with the signal's own reason.
        else await sleep(delayMs, undefined, { signal }).finally(() => signal.throwIfAborted())
      }
    }
  }

  async #attempt<Answer extends { readonly usage: ModelUsage }>(
    { key, label, attempt }: SentCall<Answer>,
    signal: AbortSignal,
    reportDuration: (ms: number) => void,
  ): Promise<Answer> {
    const startedAt = performance.now()
    this.#recordDisclosure(key, label)
    try {
      return await attempt(signal)
    } catch (error) {
      const { usedTokens } = error as Partial<ModelCallError>
      const usage = usedTokens && { inputTokens: usedTokens.input, outputTokens: usedTokens.output }
      // It is billed, though nobody gets an answer.
      if (usage) this.noteUse({ ...costOfCall(usage, this.costOf(usage)), ms: performance.now() - startedAt })
      throw error
    } finally {
      reportDuration(performance.now() - startedAt)
    }
  }

  /** @throws ModelClearanceError when the model may not see what would be sent; the audit records that. */
  requireClearance({ key, label }: Pick<ModelCall<unknown>, 'key' | 'label'>): void {
    const { allows } = this.#model.settings ?? {}
    if (allows && !covers({ level: allows.level, compartments: allows.compartments ?? [] }, label)) {
      const error = new ModelClearanceError(this.#model.id, label)
      this.#recordDisclosure(key, label, 'the model may not see it')
      throw error
    }
  }

  #recordDisclosure(work: string, label: Label, refused?: string): void {
    // A model in this process discloses nothing.
    if (!this.#model.settings?.allows) return
    const objects = this.#memory.readObjects
    this.#memory.audit.noteDisclosure({ to: this.#model.id, work, objects, label, ...(refused && { refused }) })
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

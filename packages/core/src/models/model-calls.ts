import { setTimeout as sleep } from 'node:timers/promises'

import { OptionError } from '@skein/memory'
import { covers } from '@skein/memory/store'
import type { OnceResult, View, WorkContext } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { BudgetScope } from '../limits/budget.ts'
import { HeldBudgets } from '../limits/held-budgets.ts'
import { Limiter } from '../limits/limiter.ts'
import { ModelClearanceError } from './model-errors.ts'
import type { ModelCallError } from './model-errors.ts'
import type { BudgetExceededError } from '../limits/budget-exceeded-error.ts'
import { resolveRetry } from '../supervision/retry-policy.ts'
import type { ResolvedRetryPolicy } from '../supervision/retry-policy.ts'
import type { Model } from './model.ts'
import { costOf } from './price.ts'
import { modelRetry, retryDelay } from './retry-delay.ts'
import type { UsageMeter } from './usage-meter.ts'
import type { ModelUsage } from './usage.ts'

/** One question to a model, whatever its kind. */
export interface ModelCall<Answer> {
  /** The same for equal questions. */
  readonly key: string
  /** Whether an answer that is known, or on its way, will do. */
  readonly share: boolean
  readonly ttlMs?: number | undefined
  /** How sensitive what is sent is. */
  readonly label: Label
  readonly signal?: AbortSignal | undefined
  /** Asked only where something is limited. */
  readonly estimate: () => ModelUsage
  /** One attempt. */
  readonly attempt: (signal: AbortSignal) => Promise<Answer>
}

/** What is needed of a call to make it. */
export type SentCall<Answer> = Pick<ModelCall<Answer>, 'key' | 'label' | 'estimate' | 'attempt'>

/** An answer, and whether it was at hand. */
export interface CallOutcome<Answer> {
  readonly answer: Answer
  readonly reused: boolean
  /** What it costs, or what it would have cost again; `undefined` where the price is not known. */
  readonly usd: number | undefined
}

/**
 * Makes the calls of a model for one principal: never what the model may not
 * see, nothing twice, within budgets and rates, again after failures that pass.
 */
export class ModelCalls {
  readonly #model: Model
  readonly #memory: View
  readonly #budgets: readonly BudgetScope[]
  readonly #meter: UsageMeter
  readonly #limiter: Limiter
  readonly #retry: ResolvedRetryPolicy

  constructor(model: Model, memory: View, budgets: readonly BudgetScope[], meter: UsageMeter) {
    const { budget, limits = {}, retry } = model.settings ?? {}
    this.#model = model
    this.#memory = memory
    this.#budgets = budget ? [budget, ...budgets] : budgets
    this.#meter = meter
    this.#limiter = new Limiter(model.id, limits, memory)
    this.#retry = resolveRetry(retry, modelRetry)
  }

  /**
   * Asks, or takes an answer that is there.
   *
   * @throws ModelClearanceError, BudgetExceededError, ModelCallError; the signal's reason.
   */
  async run<Answer extends { readonly usage: ModelUsage }>(call: ModelCall<Answer>): Promise<CallOutcome<Answer>> {
    this.requireClearance(call)
    const { signal, ttlMs } = call
    let exceeded: BudgetExceededError | undefined
    const work = async ({ signal: lease, reportUsage, reportDuration }: WorkContext): Promise<Answer> => {
      const made = await this.make(call, lease, reportDuration)
      exceeded = made.exceeded
      const { usage } = made.answer
      reportUsage(usage.inputTokens + usage.outputTokens, this.costOf(usage))
      return made.answer
    }
    const outcome = call.share
      ? await this.once(call.key, work, { ...(signal && { signal }), ...(ttlMs !== undefined && { ttlMs }) })
      : await alone(work, signal)
    if (outcome.reused) {
      this.#meter.reusedCalls += 1
      this.#meter.savedTokens += outcome.tokens
    }
    // The answer is paid for and kept: only who asked has to stop here.
    if (exceeded) throw exceeded
    return { answer: outcome.value, reused: outcome.reused, usd: outcome.usd }
  }

  /** What a usage costs with this model, in US dollars; `undefined` where the price is not known. */
  costOf(usage: ModelUsage): number | undefined {
    return costOf(usage, this.#model.settings?.price)
  }

  /**
   * Runs work once for the whole memory. What somebody else ran may fail for
   * reasons of theirs; then it is run here.
   *
   * @throws what the work throws, wherever it ran.
   */
  async once<Answer>(
    key: string,
    work: (context: WorkContext) => Promise<Answer>,
    options: { readonly signal?: AbortSignal; readonly ttlMs?: number },
  ): Promise<OnceResult<Answer>> {
    for (;;) {
      try {
        return await this.#memory.once(key, work, options)
      } catch (error) {
        // Where it failed elsewhere the memory wraps what happened there: only the model's answer concerns us all.
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
   * Makes a call, whether its answer is known or not.
   *
   * @param reportDuration - Told how long the answer took, without the waiting for a turn.
   * @returns the answer, and the budget that it exceeded: the answer is paid for, and should be kept before that is thrown.
   */
  async make<Answer extends { readonly usage: ModelUsage }>(
    call: SentCall<Answer>,
    signal: AbortSignal,
    reportDuration: (ms: number) => void,
  ): Promise<{ answer: Answer; exceeded: BudgetExceededError | undefined }> {
    if (this.#budgets.length === 0)
      return { answer: await this.#attempts(call, signal, reportDuration), exceeded: undefined }
    const { price } = this.#model.settings ?? {}
    if (price === undefined && this.#budgets.some(({ usd }) => usd !== undefined)) {
      throw new OptionError('price', `the price of ${this.#model.id}, since a budget for it is in money`, price)
    }
    const spending = (usage: ModelUsage): { tokens: number; usd: number } => {
      return { tokens: usage.inputTokens + usage.outputTokens, usd: costOf(usage, price) ?? 0 }
    }
    const held = new HeldBudgets(this.#memory, this.#budgets, spending(call.estimate()))
    await held.take(signal)
    let answer: Answer
    try {
      answer = await this.#attempts(call, AbortSignal.any([signal, held.signal]), reportDuration)
    } catch (error) {
      const used = (error as Partial<ModelCallError>).usedTokens
      await held.settle(used && spending({ inputTokens: used.input, outputTokens: used.output }))
      // What the end of the time looked like from inside.
      held.signal.throwIfAborted()
      throw error
    }
    return { answer, exceeded: await held.settle(spending(answer.usage)) }
  }

  async #attempts<Answer extends { readonly usage: ModelUsage }>(
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
        // A provider that asks for a pause asks all of us.
        if (failure.retryAfterMs !== undefined) await this.#limiter.hold(delayMs)
        else await pause(delayMs, signal)
      }
    }
  }

  async #attempt<Answer extends { readonly usage: ModelUsage }>(
    { key, label, attempt }: SentCall<Answer>,
    signal: AbortSignal,
    reportDuration: (ms: number) => void,
  ): Promise<Answer> {
    const startedAt = performance.now()
    this.#note(key, label)
    const answer = await attempt(signal)
    reportDuration(performance.now() - startedAt)
    this.#meter.modelCalls += 1
    this.#meter.inputTokens += answer.usage.inputTokens
    this.#meter.outputTokens += answer.usage.outputTokens
    return answer
  }

  /** @throws ModelClearanceError when the model may not see what would be sent; the audit is told. */
  requireClearance({ key, label }: Pick<ModelCall<unknown>, 'key' | 'label'>): void {
    const { allows } = this.#model.settings ?? {}
    if (allows && !covers({ level: allows.level, compartments: allows.compartments ?? [] }, label)) {
      const error = new ModelClearanceError(this.#model.id, label)
      this.#note(key, label, 'the model may not see it')
      throw error
    }
  }

  #note(work: string, label: Label, refused?: string): void {
    // A model of this process gets nothing that leaves it.
    if (!this.#model.settings?.allows) return
    const objects = this.#memory.readObjects
    this.#memory.audit.noteDisclosure({ to: this.#model.id, work, objects, label, ...(refused && { refused }) })
  }
}

/** Runs work that nobody else may use. */
async function alone<Answer>(
  work: (context: WorkContext) => Promise<Answer>,
  signal: AbortSignal = new AbortController().signal,
): Promise<OnceResult<Answer>> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  let tokens = 0
  let usd: number | undefined
  const reportUsage = (more: number, cost?: number): void => {
    tokens += more
    usd = cost
  }
  const value = await work({ signal, reportUsage, reportDuration: () => {} })
  return { value, reused: false, durationMs: performance.now() - startedAt, tokens, usd }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

import { randomBytes, randomUUID } from 'node:crypto'

import { StoreError } from '@skein/memory'
import type { View } from '@skein/memory'
import { requireDuration, requireObject, requireOptions, runtimeState } from '@skein/memory/runtime'
import type { OptionKinds, SharedState } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { isCacheable, likelyShared, prefixKey } from './prompt-prefix.ts'
import type { PromptMessages, PromptPrefix, SharedPart } from './prompt-prefix.ts'
import { endTurn, enterTurn } from './prefix-turns.ts'
import type { PrefixTurns } from './prefix-turns.ts'

/** How to make use of a provider's prompt cache, which holds what requests begin with. */
export interface PromptCaching {
  /**
   * Of calls that begin alike, the first goes ahead: the others wait until its answer begins, but no longer than this,
   * in milliseconds. 0 lets all begin at once; then none of those that start together finds anything in the cache.
   *
   * @defaultValue 5_000
   */
  readonly waitMs?: number
}

const kinds: OptionKinds<PromptCaching> = { waitMs: 'any' }

/** @throws OptionError */
export function requirePromptCaching(caching: PromptCaching): void {
  requireObject('promptCache', caching, 'an object such as { waitMs: 5_000 }')
  const { waitMs = 0 } = requireOptions('promptCache', caching, kinds, 'promptCache')
  requireDuration('promptCache.waitMs', waitMs, 0)
}

/** A call whose prefix is known. */
export interface PrefixTurn {
  readonly prefix: PromptPrefix
  /** Notes that the answer has begun, so the provider has the prefix. */
  begin(): void
  /** Lets others begin. Without an answer, the next goes ahead. */
  end(): Promise<void>
}

const secretMs = 30 * 86_400_000
const turnsMs = 600_000

/**
 * Tells a provider which requests begin alike, and lets the first of them go ahead. Which that is, all threads and
 * processes find out in the memory: states of the runtime bear no label, but keys reveal nothing, and those who may see
 * different things have different ones.
 */
export class PromptCache {
  readonly #memory: View
  readonly #waitMs: number
  readonly #secret: SharedState<string>
  readonly #turns: SharedState<PrefixTurns>

  constructor(model: string, { waitMs = 5_000 }: PromptCaching, memory: View) {
    this.#memory = memory
    this.#waitMs = waitMs
    this.#secret = runtimeState(memory, 'prompt-cache/secret', secretMs)
    // After a power cut, all that was under way is gone, too.
    this.#turns = runtimeState(memory, `prompt-cache/${model}`, turnsMs, true)
  }

  /**
   * Waits until a request may begin.
   *
   * @param given - What it shares with others, where that is known.
   * @returns `undefined` for a prefix that is too short to be cached.
   * @throws the signal's reason
   */
  async enter(
    messages: PromptMessages,
    given: SharedPart | undefined,
    label: Label,
    signal: AbortSignal,
  ): Promise<PrefixTurn | undefined> {
    const shared = given ?? likelyShared(messages)
    if (!isCacheable(messages, shared)) return undefined
    try {
      return await this.#enter(messages, shared, label, signal)
    } catch (error) {
      signal.throwIfAborted()
      // Nothing depends on it but the price.
      if (error instanceof StoreError) return undefined
      throw error
    }
  }

  async #enter(messages: PromptMessages, shared: SharedPart, label: Label, signal: AbortSignal): Promise<PrefixTurn> {
    const { level = 'public', compartments = [] } = this.#memory.principal.clearance ?? {}
    const secret = await this.#secret.change((known = randomBytes(32).toString('base64url')) => {
      return { state: known, result: known }
    })
    const prefix = {
      ...shared,
      key: prefixKey(secret, messages, shared, { label, clearance: { level, compartments } }),
    }
    const id = randomUUID()
    const isAhead = this.#waitMs > 0 && (await this.#wait({ key: prefix.key, id, waitMs: this.#waitMs }, signal))
    let ended: Promise<void> | undefined
    const end = (hasBegun: boolean): void => {
      const change = (): Promise<void> =>
        this.#turns.change((turns, now) => endTurn(turns, { key: prefix.key, id }, hasBegun, now))
      // Whoever waits does so for a while only, whatever happens here.
      ended ??= isAhead ? change().catch(() => {}) : Promise.resolve()
    }
    return {
      prefix,
      begin: () => end(true),
      end: () => {
        end(false)
        return ended ?? Promise.resolve()
      },
    }
  }

  /** Resolves to whether the call goes ahead of others. */
  async #wait(step: { key: string; id: string; waitMs: number }, signal: AbortSignal): Promise<boolean> {
    const longestUntil = performance.now() + this.#waitMs
    for (;;) {
      signal.throwIfAborted()
      const mark = this.#turns.mark()
      const entry = await this.#turns.change((turns, now) => enterTurn(turns, step, now))
      if (entry.type !== 'wait') return entry.type === 'ahead'
      const leftMs = longestUntil - performance.now()
      if (leftMs <= 0) return false
      await this.#turns.untilWritten(mark, Math.min(leftMs, entry.waitMs), signal)
    }
  }
}

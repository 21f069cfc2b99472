import { randomUUID } from 'node:crypto'

import type { AgentInputItem, Session } from '@openai/agents-core'
import { NotFoundError, OptionError, VersionConflictError } from '@skein/memory'
import type { View } from '@skein/memory'
import { labelFrom, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { LabelOptions, OptionKinds } from '@skein/memory/runtime'
import { limits } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import { fromJson, toJson } from './item-json.ts'

/** Options of {@link SkeinSession}. */
export interface SessionOptions extends LabelOptions {
  /**
   * Id of the session; pass the same id to continue it elsewhere.
   *
   * @defaultValue a new random id
   */
  readonly sessionId?: string
}

const kinds: OptionKinds<SessionOptions> = { sessionId: 'any', sensitivity: 'any', compartments: 'any' }

/** The fact that a session is: blocks of old items, which are facts of their own and never change, and the newest items. */
interface SessionState {
  readonly blocks: readonly { readonly id: string; readonly count: number }[]
  readonly items: readonly unknown[]
}

const empty: SessionState = { blocks: [], items: [] }

/** From this many UTF-16 units on the newest items become a block, so that adding one does not rewrite all. */
const blockLength = 65_536

/**
 * A session of the Agents SDK that several processes can share. Each change is atomic: concurrent additions are all
 * kept, the items of one call stay together, and every process sees the same order.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { SkeinSession } from '@skein/openai-agents'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const session = new SkeinSession(memory.as({ id: 'support', role: 'agent' }), { sessionId: 'ann' })
 * await session.addItems([{ role: 'user', content: 'Hello.' }])
 * const items = await session.getItems()
 * items // => [{ role: 'user', content: 'Hello.' }]
 * await memory.close()
 * ```
 */
export class SkeinSession implements Session {
  readonly #view: View
  readonly #id: string
  readonly #key: string
  readonly #label: () => Label

  /** @throws OptionError */
  constructor(view: View, options: SessionOptions = {}) {
    const { sessionId = randomUUID(), ...label } = requireOptions('SkeinSession', options, kinds)
    requireStrings('sessionId', [sessionId])
    const key = `session/${sessionId.replaceAll(/[%/]/g, encodeURIComponent)}`
    const longest = limits.nameLength - randomUUID().length - 1
    if (key.length > longest) throw new OptionError('sessionId', 'shorter', sessionId)
    this.#view = view
    this.#id = sessionId
    this.#key = key
    this.#label = labelFrom(view, label)
  }

  async getSessionId(): Promise<string> {
    return this.#id
  }

  /**
   * The items, oldest first.
   *
   * @param limit - Return only this many of the newest items.
   * @throws StoreError
   */
  async getItems(limit: number = Infinity): Promise<AgentInputItem[]> {
    const most = Math.trunc(limit)
    if (most <= 0) return []
    for (;;) {
      const { state, version } = await this.#read()
      const newest = state.items.slice(-most)
      let count = newest.length
      const needed = state.blocks.toReversed().filter((block) => {
        count += block.count
        return count - block.count < most
      })
      const blocks = await this.#view.facts.getMany<unknown[]>(needed.toReversed().map(({ id }) => id))
      if (!blocks.includes(undefined)) {
        const items = [...blocks.flatMap((block) => block ?? []), ...newest].slice(-most)
        return items.map((item) => fromJson(item) as AgentInputItem)
      }
      // Blocks go when the session is cleared or shortened.
      if ((await this.#read()).version === version) throw new NotFoundError('items of session', this.#id)
    }
  }

  /**
   * Appends items, all or none.
   *
   * @throws ValueError when an item is not JSON data or bytes; StoreError
   */
  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length === 0) return
    const added = items.map((item) => toJson(item))
    const { value, version } = await this.#update((state) => ({ ...state, items: [...state.items, ...added] }))
    if (JSON.stringify(value.items).length >= blockLength) await this.#closeBlock(value, version)
  }

  /** Removes and returns the newest item; resolves to `undefined` if the session is empty. */
  async popItem(): Promise<AgentInputItem | undefined> {
    let popped: unknown
    let opened: string | undefined
    await this.#update(async ({ blocks, items }) => {
      const last = items.length > 0 ? undefined : blocks.at(-1)
      opened = last?.id
      const newest = last ? ((await this.#view.facts.read<unknown[]>(last.id))?.value ?? []) : items
      popped = newest.at(-1)
      return { blocks: last ? blocks.slice(0, -1) : blocks, items: newest.slice(0, -1) }
    })
    if (opened !== undefined) await this.#view.facts.delete(opened)
    return popped === undefined ? undefined : (fromJson(popped) as AgentInputItem)
  }

  /** Removes all items. */
  async clearSession(): Promise<void> {
    let blocks: SessionState['blocks'] = []
    await this.#update((state) => {
      blocks = state.blocks
      return empty
    })
    await Promise.all(blocks.map(({ id }) => this.#view.facts.delete(id)))
  }

  async #read(): Promise<{ readonly state: SessionState; readonly version: number }> {
    const fact = await this.#view.facts.read<SessionState>(this.#key, { consistency: 'strong' })
    return { state: fact?.value ?? empty, version: fact?.version ?? 0 }
  }

  async #update(change: (state: SessionState) => SessionState | Promise<SessionState>) {
    return this.#view.facts.update<SessionState>(this.#key, (state = empty) => change(state), this.#label())
  }

  /** Puts the newest items into a block. If somebody else changes the session meanwhile, the next call does it. */
  async #closeBlock({ blocks, items }: SessionState, ifVersion: number): Promise<void> {
    const block = { id: `${this.#key}/${randomUUID()}`, count: items.length }
    await this.#view.facts.set(block.id, items, this.#label())
    try {
      const state: SessionState = { blocks: [...blocks, block], items: [] }
      await this.#view.facts.set(this.#key, state, { ...this.#label(), ifVersion })
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error
      await this.#view.facts.delete(block.id)
    }
  }
}

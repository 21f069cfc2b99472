import { randomUUID } from 'node:crypto'

import { collections, collectionsWith } from '@skein/memory/store'
import type { Seq } from '@skein/memory/store'

import type { ScriptRunner } from '../lua/script-runner.ts'
import { openSpaceScript, writeScript } from '../lua/scripts.generated.ts'
import { requireFormat } from './space-format.ts'

/** What a process knows of a space that it writes; see `lua/open-space.lua`. */
export interface SpaceState {
  /** Id of the server's run: another one after a restart or a failover. */
  readonly run: string
  readonly incarnation: string
  /** What `meta` holds after the position, as the write script compares it. */
  readonly known: string
  /** The channel that reports on changes. */
  readonly channel: string
  /** The write script for this run: a server that was restarted does not know it. */
  readonly script: string
}

/** What a {@link SpaceSession} works with. */
export interface SessionParts {
  readonly scripts: ScriptRunner
  /** Prefix of all keys of the space. */
  readonly base: string
  /** The number of the database on the server. */
  readonly database: number
  /** What messages call the server. */
  readonly where: string
  /** Called when the incarnation is another one than before. */
  readonly onIncarnation: (state: SpaceState) => void
}

/**
 * One process's knowledge of a space: of which run of the server, and of which
 * incarnation of the feed. It opens the space again whenever something may have been
 * lost, and tells the server the newest position that it has heard of, by which the
 * server finds out that something was.
 */
export class SpaceSession {
  readonly #parts: SessionParts
  #state: SpaceState | undefined
  #heard: Seq = 0
  /** The position of the last change that was announced. */
  #announced: Seq = 0
  #isLost = false
  #opening: Promise<SpaceState> | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** What was known when the space was last opened; `undefined` if it never was. */
  get state(): SpaceState | undefined {
    return this.#state
  }

  /** The state; opens the space if that was never done. */
  current(): Promise<SpaceState> | SpaceState {
    return this.#state ?? this.reopen()
  }

  /** The newest position that was heard of in the present incarnation. */
  get newest(): Seq {
    return this.#heard
  }

  /** Whether a position was given twice, and the space not yet opened again. */
  get isLost(): boolean {
    return this.#isLost
  }

  /**
   * Notes a change that was announced on the channel. The server announces each once, in
   * their order. So one that does not come after those before it has a position that was
   * given already: somebody put an older state back, without a restart of the server.
   */
  announced(seq: Seq): void {
    this.heard(seq)
    if (seq > this.#announced) this.#announced = seq
    else if (!this.#isLost) {
      this.#isLost = true
      // If it fails, the next reading of the feed tries again.
      this.reopen().catch(() => {})
    }
  }

  /** Notes a position that was heard of in the present incarnation. */
  heard(seq: Seq): void {
    if (seq > this.#heard) this.#heard = seq
  }

  /** Opens the space, again if it was opened before. Calls at the same time join. @throws StoreFormatError */
  reopen(): Promise<SpaceState> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #open(): Promise<SpaceState> {
    const { scripts, base, database, where, onIncarnation } = this.#parts
    const before = this.#state
    const channels = `${base}changes:${database}:`
    const pattern = `${channels.replaceAll(/[[\]?*\\]/g, String.raw`\$&`)}*`
    const heard = `${this.#heard} ${before?.incarnation ?? ''}${this.#isLost ? ' lost' : ''}`
    const leased = collectionsWith('leased').join(' ')
    const args = [base, randomUUID(), heard, pattern, leased, ...Object.keys(collections)]
    const [format, run = '', incarnation = '', start = ''] = (await scripts.run(openSpaceScript, args)) as string[]
    requireFormat(format, where)
    const known = `${run} ${incarnation} ${start}`
    const script = `-- ${run}\n${writeScript}`
    const state = { run, incarnation, known, channel: `${channels}${incarnation}`, script }
    if (before?.known === known) return before
    this.#state = state
    if (before?.incarnation !== incarnation) {
      // Where the feed jumped to counts as given: a second loss must not lead back behind it.
      this.#heard = Number(start)
      this.#announced = 0
      this.#isLost = false
      onIncarnation(state)
    }
    return state
  }
}

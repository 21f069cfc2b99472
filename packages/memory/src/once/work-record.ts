import { recomputeTag, restsOnGone, restsOnWithdrawn } from '../corrections/recompute.ts'
import type { Actor } from '../space/actor.ts'
import { ownProcess } from '../space/process-identity.ts'
import type { Space } from '../space/space.ts'
import { guardOf } from '../space/write-options.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import { toStoredEnvelope } from '../values/error-envelope.ts'
import { MemoryClosedError, OutcomeUnknownError, VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { isOutage, outlast } from '../values/outlast.ts'
import { warn } from '../values/warn.ts'
import { workStateOf } from '../work/work-state.ts'
import type { WorkOrder, WorkState } from '../work/work-state.ts'
import type { OnceOptions } from './once-options.ts'

/** How long a failure is kept for those who wait for it elsewhere, in milliseconds. */
const failedMs = 10_000
/** Titles are cut to this length, in UTF-16 units. */
const maxTitleLength = 160

/** What a {@link WorkRecord} works with. */
export interface WorkRecordParts {
  readonly space: Space
  readonly actor: Actor
  readonly options: OnceOptions
  /** What others are to do; absent where the work is done here. */
  readonly order?: (() => unknown) | undefined
  /** Ends the attempts of those who wait for the store to come back. */
  readonly abandoned: AbortSignal
}

/** The stored record of one piece of work, and how it goes from one `WorkState` to the next. */
export class WorkRecord {
  readonly key: RecordKey
  readonly #parts: WorkRecordParts
  /** The number of erasures when the work began. */
  readonly #erasures: number

  constructor(id: string, parts: WorkRecordParts) {
    this.key = { collection: 'work', id }
    this.#parts = parts
    this.#erasures = parts.space.epochs.erasures
  }

  /**
   * Takes the work; resolves to the fence, or to `undefined` when it has to be looked at again.
   *
   * @param version - Of the record as it was seen; 0 if there was none.
   */
  async acquire(version: number, hasWaited: boolean): Promise<number | undefined> {
    const { space, options } = this.#parts
    const { owner } = space
    try {
      const running = this.#titled({ state: 'running', owner, process: ownProcess(), order: this.#order })
      return await this.#write(running, version, options.leaseMs)
    } catch (error) {
      if (!isOutage(error)) throw error
      if (!hasWaited && !(error instanceof OutcomeUnknownError)) throw error
      // It may have been taken all the same.
      const record = await this.outlast(() => this.#read())
      const state = record && workStateOf(decodeJson(record.value))
      return state?.state === 'running' && state.owner === owner ? record?.version : undefined
    }
  }

  /**
   * Whether something that the work has read was forgotten before it ended, or retracted if that matters: then its result
   * must not be kept. What went otherwise, while something was forgotten, makes it run again for nothing.
   */
  async isOutdated(): Promise<boolean> {
    const { actor, options } = this.#parts
    const sources = actor.scope?.sources ?? []
    if (options.onRetract === 'recompute' && (await restsOnWithdrawn(actor.unseen, sources))) return true
    return this.#restsOnForgotten()
  }

  async #restsOnForgotten(): Promise<boolean> {
    const { actor } = this.#parts
    return this.#mayBeForgotten && this.outlast(() => restsOnGone(actor.unseen, actor.scope?.sources ?? []))
  }

  get #order(): WorkOrder | undefined {
    const { order, options, actor } = this.#parts
    if (order === undefined) return undefined
    const { onRetract, ttlMs } = options
    return { task: order(), sources: actor.scope?.sources ?? [], onRetract, ttlMs }
  }

  get #mayBeForgotten(): boolean {
    const { epochs } = this.#parts.space
    return epochs.erasures !== this.#erasures || epochs.isDisconnected
  }

  /** Stores a result; resolves to whether it is stored. */
  async keep(done: WorkState & { readonly state: 'done' }, fence: number): Promise<boolean> {
    const isKept = await this.#keep(this.#titled(done), fence)
    // What is retracted or forgotten after this finds the result, what went before is seen here.
    if (isKept && (await this.isOutdated())) await this.takeBack()
    return isKept
  }

  /** Removes a result that must not have been kept. */
  async takeBack(): Promise<void> {
    await this.giveBack(undefined)
    if (this.#mayBeForgotten) await this.#parts.actor.scrub()
  }

  /**
   * Stores the result of an order; resolves to whether the record has one now. Whose order it is does not matter: all of
   * them are for the same work.
   *
   * @param version - Of the record as it was seen.
   * @param before - Awaited before each attempt to write. What it throws ends the attempts.
   */
  async finish(
    done: WorkState & { readonly state: 'done' },
    version: number,
    before: () => Promise<void>,
  ): Promise<boolean> {
    const { ttlMs } = this.#parts.options
    for (let seen = version; ;) {
      const write = async (): Promise<boolean> => {
        await before()
        return (await this.#write(this.#titled(done), seen, ttlMs)) !== undefined
      }
      if (await this.outlast(write)) break
      const record = await this.outlast(() => this.#read())
      const state = record && workStateOf(decodeJson(record.value))
      if (state?.state === 'done') return true
      // Its owner does the work itself.
      if (record && !(state?.state === 'running' && state.order)) return false
      seen = record?.version ?? 0
    }
    if (await this.#restsOnForgotten()) await this.takeBack()
    return true
  }

  #keep(done: WorkState & { readonly state: 'done' }, fence: number): Promise<boolean> {
    // May be done again when its outcome is unknown.
    return this.outlast(async () => {
      const { ttlMs } = this.#parts.options
      if ((await this.#write(done, fence, ttlMs)) !== undefined) return true
      const record = await this.#read()
      if (record?.value === encodeJson(done)) return true
      // The lease ended, but nobody else began: what was computed is as good as what anybody would compute.
      return record === undefined && (await this.#write(done, 0, ttlMs)) !== undefined
    })
  }

  /** Undoes the taking. */
  async giveBack(fence: number | undefined): Promise<void> {
    // If that fails, the lease ends by itself.
    await this.#parts.actor.commit([{ type: 'delete', key: this.key, ifVersion: fence }]).catch(() => {})
  }

  /** Records the failure for those who wait elsewhere. An error here must not hide why the work failed. */
  async fail(error: unknown, fence: number, label: Label): Promise<void> {
    try {
      await this.#write(this.#titled({ state: 'failed', error: toStoredEnvelope(error), label }), fence, failedMs)
    } catch (second) {
      // Nothing can be written after closing: the lease ends by itself.
      if (second instanceof MemoryClosedError) return
      warn(second)
    }
  }

  #titled<State extends WorkState>(state: State): State {
    const { title } = this.#parts.options
    // Cut between characters: a title may come from any text.
    return title === undefined ? state : { ...state, title: title.slice(0, maxTitleLength).toWellFormed() }
  }

  /** Repeats what fails because the store is out of reach. */
  outlast<Result>(work: () => Promise<Result>): Promise<Result> {
    const { space, abandoned } = this.#parts
    return outlast(work, { signal: abandoned, onOutage: (error) => space.noteOutage(error) })
  }

  async #read(): Promise<StoredRecord | undefined> {
    return (await this.#parts.actor.unseen.read([this.key]))[0]
  }

  /** Writes the next state over the known version. Resolves to the new version, or `undefined` when another write won. */
  async #write(state: WorkState, ifVersion: number, ttlMs: number | undefined): Promise<number | undefined> {
    const { actor, options } = this.#parts
    const { level, compartments } = actor.audience
    const author = actor.principal.id
    // What it is made from is known when it is done.
    const derivedFrom = state.state === 'done' ? (actor.scope?.sources ?? []) : []
    const mustRunAgain = state.state === 'done' && options.onRetract === 'recompute'
    const tags = mustRunAgain ? [recomputeTag] : []
    const own = { author, task: options.task, tags, derivedFrom, sensitivity: level, compartments }
    const isTaking = state.state === 'running'
    const fleeting = isTaking || (options.fleeting === true && state.state === 'done')
    try {
      const guard = isTaking && options.claim ? guardOf({ claim: options.claim }) : undefined
      const meta = actor.mark(own)
      const value = encodeJson(state)
      return (await actor.writeOne({ type: 'set', key: this.key, value, meta, ifVersion, ttlMs, fleeting, guard }))
        .version
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined
      throw error
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises'

import { recomputeTag, restsOnGone, restsOnWithdrawn } from '../corrections/recompute.ts'
import type { Actor } from '../space/actor.ts'
import { ownProcess } from '../space/process-identity.ts'
import type { Space } from '../space/space.ts'
import { guardOf } from '../space/write-options.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import { distinct } from '../values/access.ts'
import { toStoredEnvelope } from '../values/error-envelope.ts'
import { MemoryClosedError, OutcomeUnknownError, VersionConflictError, WorkError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import { isOutage, outlast } from '../values/outlast.ts'
import { warn } from '../values/warn.ts'
import { workStateOf, workText } from '../work/work-state.ts'
import type { WorkOrder, WorkState } from '../work/work-state.ts'
import type { OnceOptions } from './once-options.ts'

/** How long a failure is kept for those who wait for it elsewhere, in milliseconds. */
const failedMs = 10_000
/** How long a result that is not kept waits for the owner, in milliseconds. */
const unkeptMs = 30_000
/** Pause before a write is tried again that was refused for no visible reason, in milliseconds. */
const retryMs = 5
/** Titles are cut to this length, in UTF-16 units. */
const maxTitleLength = 160

type Done = WorkState & { readonly state: 'done' }

/** What a {@link WorkRecord} works with. */
export interface WorkRecordParts {
  readonly space: Space
  readonly actor: Actor
  readonly options: OnceOptions
  /** What others are to do; absent where the work is done here. */
  readonly order?: (() => unknown) | undefined
  /** Names of what the work was given. */
  readonly given?: readonly string[]
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
   * @param stopped - Ends it: whoever has the work from then on has another fence, even in this process.
   */
  async acquire(version: number, hasWaited: boolean, stopped?: AbortSignal): Promise<number | undefined> {
    const { space, options, order } = this.#parts
    const { owner } = space
    // The content that it would hold was forgotten, and must not come back.
    if (order !== undefined && (await this.#restsOnForgotten(this.#sources)))
      throw new WorkError(this.key.id, `The work "${this.key.id}" was not begun: what it was given was forgotten.`)
    try {
      const running = this.#titled({ state: 'running', owner, process: ownProcess(), order: this.#order })
      stopped?.throwIfAborted()
      return await this.#write(running, version, options.leaseMs)
    } catch (error) {
      if (!isOutage(error)) throw error
      if (!hasWaited && !(error instanceof OutcomeUnknownError)) throw error
      // It may have been taken all the same.
      const record = await this.outlast(() => this.read(stopped))
      const state = stateOf(record)
      return state?.state === 'running' && state.owner === owner ? record?.version : undefined
    }
  }

  /**
   * Whether something that a result comes from was forgotten before the work ended, or retracted if that matters: then the
   * result must not be kept. Asked before and after each write: what goes after that finds the result by its sources. What
   * went otherwise, while something was forgotten, makes it run again for nothing.
   */
  async isOutdated(sources: readonly string[] = this.#sources): Promise<boolean> {
    return (await this.#restsOnRetracted(sources)) || (await this.#restsOnForgotten(sources))
  }

  async #restsOnRetracted(sources: readonly string[]): Promise<boolean> {
    const { actor, options } = this.#parts
    return options.onRetract === 'recompute' && this.outlast(() => restsOnWithdrawn(actor.unseen, sources))
  }

  /** @param isSure - Whether something was forgotten; by default that is looked up. */
  async #restsOnForgotten(sources: readonly string[], isSure = this.#mayBeForgotten): Promise<boolean> {
    const { actor } = this.#parts
    return isSure && this.outlast(() => restsOnGone(actor.unseen, sources))
  }

  /** What the work was given, and what it has read: its order and its result are derived from it. */
  get #sources(): readonly string[] {
    const { actor, given = [] } = this.#parts
    return distinct([...given, ...(actor.scope?.sources ?? [])])
  }

  get #order(): WorkOrder | undefined {
    const { order, options } = this.#parts
    if (order === undefined) return undefined
    const { onRetract, ttlMs } = options
    return { task: order(), sources: this.#sources, onRetract, ttlMs }
  }

  get #mayBeForgotten(): boolean {
    const { epochs } = this.#parts.space
    return epochs.erasures !== this.#erasures || epochs.isDisconnected
  }

  /** Stores a result; resolves to whether it was stored. */
  async keep(done: Done, fence: number): Promise<boolean> {
    const isKept = await this.#keep(this.#titled(done), fence)
    if (isKept && (await this.isOutdated())) await this.takeBack()
    return isKept
  }

  /**
   * Removes a result that must not be kept, unless another one has taken its place. Nobody else would remove it, so this
   * goes on when nobody waits any longer.
   */
  async takeBack(): Promise<void> {
    const { space, actor } = this.#parts
    const onOutage = (error: unknown): void => space.noteOutage(error)
    const remove = async (): Promise<boolean> => {
      const record = await this.read()
      if (!record || !(await this.#mustGo(record))) return true
      return (await actor.commit([{ type: 'delete', key: this.key, ifVersion: record.version }])).ok
    }
    while (!(await outlast(remove, { onOutage })));
    if (this.#mayBeForgotten) await outlast(() => actor.scrub(), { onOutage })
  }

  async #mustGo(record: StoredRecord): Promise<boolean> {
    const state = stateOf(record)
    if (state?.state !== 'done') return state?.state === 'running' && state.unkept !== undefined
    const { accept } = this.#parts.options
    return (accept && !(await accept(state.value))) === true || this.isOutdated(record.derivedFrom)
  }

  /**
   * Stores the result of an order; resolves to whether the record has one now that may stay. Whose order it is does not
   * matter: all of them are for the same work. A result that must not be kept, as something was retracted, is left there
   * for the owner alone; one that rests on what was forgotten is left to nobody.
   *
   * @param version - Of the record as it was seen.
   * @param before - Awaited before each attempt to write. What it throws ends the attempts.
   */
  async finish(done: Done, version: number, before: () => Promise<void>): Promise<boolean> {
    const { abandoned } = this.#parts
    for (let at = version; ;) {
      // What was forgotten took the order with it.
      if (await this.#restsOnForgotten(this.#sources, at === 0 || undefined)) return false
      const mayStay = !(await this.#restsOnRetracted(this.#sources))
      if (!mayStay && at === 0) return false
      const next = (): Promise<number | undefined> => (mayStay ? this.#finish(done, at) : this.#handOver(done, at))
      if ((await this.outlast(() => before().then(next))) !== undefined) {
        const isOutdated = mayStay ? await this.isOutdated() : await this.#restsOnForgotten(this.#sources)
        if (isOutdated) await this.takeBack()
        return mayStay && !isOutdated
      }
      const seen = await this.outlast(() => this.read())
      const state = stateOf(seen)
      if (state?.state === 'done') {
        // It may be this one, written by an attempt whose outcome was unknown.
        if (!(await this.isOutdated(seen?.derivedFrom))) return true
        await this.takeBack()
        return false
      }
      // Its owner does the work itself.
      if (seen && !(state?.state === 'running' && state.order)) return false
      // What was read is what the store holds, and yet it refuses: for example, its clock differs from ours a little.
      if (seen?.version === at) await pause(retryMs, undefined, { signal: abandoned })
      abandoned.throwIfAborted()
      at = seen?.version ?? 0
    }
  }

  #finish(done: Done, version: number): Promise<number | undefined> {
    return this.#write(this.#titled(done), version, this.#parts.options.ttlMs)
  }

  /** Leaves a result for the owner. For all others the work goes on, until the owner has taken it, or its time is over. */
  async #handOver({ value, cost, label }: Done, version: number): Promise<number | undefined> {
    const state = stateOf(await this.read())
    if (state?.state !== 'running') return undefined
    const { owner, process } = state
    const unkept = { value, label, ...(cost && { cost }) }
    return this.#write(this.#titled({ state: 'running', owner, process, unkept }), version, unkeptMs)
  }

  #keep(done: Done, fence: number): Promise<boolean> {
    // May be done again when its outcome is unknown.
    return this.outlast(async () => {
      const { ttlMs } = this.#parts.options
      if ((await this.#write(done, fence, ttlMs)) !== undefined) return true
      const record = await this.read()
      if (record?.value === this.#text(done)) return true
      // The lease ended, but nobody else began: what was computed is as good as what anybody would compute.
      return record === undefined && (await this.#write(done, 0, ttlMs)) !== undefined
    })
  }

  /** Whether somebody else has the work by now, or has done it. */
  async isOthers(fence: number): Promise<boolean> {
    const record = await this.outlast(() => this.read())
    const state = stateOf(record)
    return state?.state === 'done' || (state?.state === 'running' && record?.version !== fence)
  }

  /** Undoes the taking. */
  async giveBack(fence: number): Promise<void> {
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

  /** @param stopped - Ends it: what was read may belong to whoever has the work from then on. */
  async read(stopped?: AbortSignal): Promise<StoredRecord | undefined> {
    stopped?.throwIfAborted()
    const [record] = await this.#parts.actor.unseen.read([this.key])
    stopped?.throwIfAborted()
    return record
  }

  #text(state: WorkState): string {
    const { level: sensitivity, compartments } = this.#parts.actor.audience
    return workText(state, { sensitivity, compartments })
  }

  /** Writes the next state over the known version. Resolves to the new version, or `undefined` when another write won. */
  async #write(state: WorkState, ifVersion: number, ttlMs: number | undefined): Promise<number | undefined> {
    const { actor, options } = this.#parts
    const { level, compartments } = actor.audience
    const author = actor.principal.id
    // What work is made from that is done here is known when it is done.
    const hasContent = state.state === 'done' || (state.state === 'running' && (state.order ?? state.unkept))
    const derivedFrom = hasContent ? this.#sources : []
    const mustRunAgain = state.state === 'done' && options.onRetract === 'recompute'
    const tags = mustRunAgain ? [recomputeTag] : []
    const own = { author, task: options.task, tags, derivedFrom, sensitivity: level, compartments }
    const isTaking = state.state === 'running'
    const fleeting = isTaking || (options.fleeting === true && state.state === 'done')
    try {
      const guard = isTaking && options.claim ? guardOf({ claim: options.claim }) : undefined
      const meta = actor.mark(own)
      const value = this.#text(state)
      return (await actor.writeOne({ type: 'set', key: this.key, value, meta, ifVersion, ttlMs, fleeting, guard }))
        .version
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined
      throw error
    }
  }
}

function stateOf(record: StoredRecord | undefined): WorkState | undefined {
  return record && workStateOf(decodeJson(record.value))
}

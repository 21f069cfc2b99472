import { hash as hashOf } from 'node:crypto'

import { AccessError, NotFoundError, VersionConflictError } from '@skein/memory'
import type { Transaction, View } from '@skein/memory'
import { allFacts } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { pathOf } from './name-path.ts'
import type { Packed } from './packed.ts'
import { Turns } from './turns.ts'

/** Names one checkpoint of a thread. */
export interface CheckpointKey {
  readonly thread: string
  readonly ns: string
  readonly id: string
}

/** A checkpoint as it is stored. */
export interface SavedCheckpoint extends CheckpointKey {
  readonly parent?: string
  /** Without the values of channels. */
  readonly checkpoint: Packed
  readonly metadata: Packed
  readonly values: readonly (readonly [channel: string, value: SavedValue])[]
}

/** A value, or the hash by which its thread keeps it. */
export type SavedValue = Packed | { readonly hash: string }

/** A write of a task that has not become part of a checkpoint yet. */
export interface SavedWrite {
  readonly task: string
  /** Below 0 for special channels. */
  readonly index: number
  readonly path: string
  readonly channel: string
  readonly value: SavedValue
}

/** A write with its value. */
export interface PackedWrite extends SavedWrite {
  readonly value: Packed
}

/** The latest checkpoint of a thread's namespace. */
export interface Head {
  readonly id: string
  /** The saver that wrote it. */
  readonly by: string
}

/** A reference to a value takes about as much as this, in UTF-16 units. */
const inlineLength = 128

function isInline([, data]: Packed): boolean {
  return data.length <= inlineLength
}

/**
 * The facts that hold the threads of a graph:
 *
 * - `value/<thread>/<hash>`: a value of a channel or a write, once for each thread;
 * - `checkpoint/<thread>/<namespace>/<id>`: a checkpoint, with references to its values;
 * - `writes/<thread>/<namespace>/<id>`: the writes that wait for the next checkpoint;
 * - `head/<thread>/<namespace>`: the latest checkpoint. It is written together with that, so what it names is complete.
 *
 * So a thread's facts of each sort are those under one prefix.
 */
export class ThreadFacts {
  readonly #view: View
  readonly #prefix: string
  readonly #label: () => Label
  readonly #facts: Transaction['facts']
  readonly #turns = new Turns()

  /** @param facts - Those of a transaction, or the view's. */
  constructor(view: View, prefix: string, label: () => Label, facts: Transaction['facts'] = view.facts) {
    this.#view = view
    this.#prefix = prefix
    this.#label = label
    this.#facts = facts
  }

  /** Changes several facts in one transaction. Its work may run again, when others came first. */
  async together(work: (facts: ThreadFacts) => Promise<void>): Promise<void> {
    await this.#view.transaction(({ facts }) => work(new ThreadFacts(this.#view, this.#prefix, this.#label, facts)))
  }

  async head(thread: string, ns: string): Promise<Head | undefined> {
    return (await this.#facts.read<Head>(this.#key('head', thread, ns), { consistency: 'strong' }))?.value
  }

  /**
   * The latest checkpoint, and the writes that follow it. Most often this process knows that checkpoint already, and only
   * has to ask whether there is a later one: then both are read at once.
   */
  async latest(thread: string, ns: string): Promise<{ head: Head | undefined; writes?: readonly SavedWrite[] }> {
    const known = this.#view.facts.peek<Head>(this.#key('head', thread, ns))
    if (known === undefined) return { head: await this.head(thread, ns) }
    const [head, writes] = await Promise.all([this.head(thread, ns), this.writes({ thread, ns, id: known.id })])
    return head?.id === known.id ? { head, writes } : { head }
  }

  async moveHead(key: CheckpointKey, by: string): Promise<void> {
    const head: Head = { id: key.id, by }
    await this.#facts.set(this.#key('head', key.thread, key.ns), head, this.#label())
  }

  async checkpoint({ thread, ns, id }: CheckpointKey): Promise<SavedCheckpoint | undefined> {
    return this.#facts.get<SavedCheckpoint>(this.#key('checkpoint', thread, ns, id))
  }

  async setCheckpoint(saved: SavedCheckpoint): Promise<void> {
    const { thread, ns, id } = saved
    await this.#facts.set(this.#key('checkpoint', thread, ns, id), saved, this.#label())
  }

  /** All checkpoints of a thread, or of all threads, in no order. */
  async *checkpoints(thread: string | undefined): AsyncGenerator<SavedCheckpoint, void, undefined> {
    const prefix = this.#under('checkpoint', ...(thread === undefined ? [] : [thread]))
    for await (const { value } of allFacts<SavedCheckpoint>(this.#view.facts, { prefix })) yield value
  }

  async writes(key: CheckpointKey): Promise<readonly SavedWrite[]> {
    const fact = await this.#view.facts.read<SavedWrite[]>(this.#writesKey(key), {
      consistency: 'strong',
    })
    return fact?.value ?? []
  }

  /**
   * Adds writes, together with the values that they refer to. Of two with the same task and index the first stays, unless
   * it is of a special channel.
   */
  async addWrites(key: CheckpointKey, added: readonly PackedWrite[]): Promise<void> {
    if (added.every(({ value }) => isInline(value))) return this.#add(key, added)
    // Tasks that end together would only conflict with each other.
    return this.#turns.next(this.#writesKey(key), () =>
      this.together(async (facts) => {
        const kept = added.map(async (write) => ({ ...write, value: await facts.keep(key.thread, write.value) }))
        await facts.#add(key, await Promise.all(kept))
      }),
    )
  }

  async #add(key: CheckpointKey, added: readonly SavedWrite[]): Promise<void> {
    const nameOf = ({ task, index }: SavedWrite): string => JSON.stringify([task, index])
    await this.#facts.update<readonly SavedWrite[]>(
      this.#writesKey(key),
      (known = []) => {
        const all = new Map(known.map((write) => [nameOf(write), write]))
        for (const write of added) if (write.index < 0 || !all.has(nameOf(write))) all.set(nameOf(write), write)
        return [...all.values()]
      },
      this.#label(),
    )
  }

  /** Keeps a value, unless the thread has an equal one. */
  async keep(thread: string, value: Packed): Promise<SavedValue> {
    if (isInline(value)) return value
    const hash = hashOf('sha256', JSON.stringify(value))
    const key = this.#key('value', thread, hash)
    if ((await this.#facts.get(key)) !== undefined) return { hash }
    try {
      await this.#facts.set(key, value, { ...this.#label(), ifVersion: 0 })
    } catch (error) {
      // Another writer may have kept it at the same time.
      if (!(error instanceof VersionConflictError)) throw error
      if ((await this.#facts.get(key)) === undefined) {
        throw new AccessError(this.#view.principal.id, `the clearance for thread "${thread}"`)
      }
    }
    return { hash }
  }

  /** @throws NotFoundError when the value is gone, or this principal can't see it. */
  async value(thread: string, value: SavedValue): Promise<Packed> {
    if (!('hash' in value)) return value
    const key = this.#key('value', thread, value.hash)
    const kept = await this.#facts.get<Packed>(key)
    if (kept === undefined) throw new NotFoundError('fact', key)
    return kept as Packed
  }

  async deleteThread(thread: string): Promise<void> {
    for (const sort of ['head', 'writes', 'checkpoint', 'value'] as const) {
      const prefix = this.#under(sort, thread)
      const keys = await Array.fromAsync(allFacts(this.#view.facts, { prefix }), ({ key }) => key)
      await Promise.all(keys.map((key) => this.#view.facts.delete(key)))
    }
  }

  #writesKey({ thread, ns, id }: CheckpointKey): string {
    return this.#key('writes', thread, ns, id)
  }

  #under(...names: readonly string[]): string {
    return `${this.#key(...names)}/`
  }

  #key(...names: readonly string[]): string {
    return pathOf([this.#prefix, ...names])
  }
}

import { randomUUID } from 'node:crypto'

import type { RunnableConfig } from '@langchain/core/runnables'
import { BaseCheckpointSaver, maxChannelVersion, TASKS, WRITES_IDX_MAP } from '@langchain/langgraph-checkpoint'
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointPendingWrite,
  CheckpointTuple,
  PendingWrite,
  SerializerProtocol,
} from '@langchain/langgraph-checkpoint'
import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { pack, unpack } from './packed.ts'
import { resolve } from './saver-options.ts'
import type { FactOptions } from './saver-options.ts'
import { StaleWriterError } from './stale-writer-error.ts'
import { ThreadFacts } from './thread-facts.ts'
import type { CheckpointKey, PackedWrite, SavedCheckpoint, SavedWrite } from './thread-facts.ts'
import { WriterBase } from './writer-base.ts'
import { inOrder } from './write-order.ts'

/** Options of {@link SkeinSaver}. */
export interface SaverOptions extends FactOptions {
  /** Serializes and deserializes values. @defaultValue LangGraph's own */
  readonly serde?: SerializerProtocol
}

const kinds: OptionKinds<SaverOptions> = { prefix: 'any', sensitivity: 'any', compartments: 'any', serde: 'object' }

/**
 * Stores checkpoints of LangGraph threads as facts of a view.
 *
 * A thread has one line of checkpoints, no matter how many processes run it. A run that doesn't continue the latest
 * checkpoint is rejected with {@link StaleWriterError}. To fork a thread on purpose, name an older checkpoint in the
 * config. Each channel value is stored once per thread.
 *
 * @example
 * ```ts
 * import { Annotation, START, StateGraph } from '@langchain/langgraph'
 * import { SkeinSaver } from '@skein/langgraph'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const checkpointer = new SkeinSaver(memory.as({ id: 'graph', role: 'agent' }))
 * const State = Annotation.Root({ heard: Annotation<string[]>({ reducer: (all, more) => [...all, ...more] }) })
 * const graph = new StateGraph(State)
 *   .addNode('listen', () => ({ heard: ['and listened'] }))
 *   .addEdge(START, 'listen')
 *   .compile({ checkpointer })
 * const config = { configurable: { thread_id: 'ann' } }
 * await graph.invoke({ heard: ['hello'] }, config)
 * const { heard } = await graph.invoke({ heard: ['again'] }, config)
 * heard // => ['hello', 'and listened', 'again', 'and listened']
 * await memory.close()
 * ```
 */
export class SkeinSaver extends BaseCheckpointSaver {
  readonly #facts: ThreadFacts
  readonly #base = new WriterBase()
  readonly #writer: string = randomUUID()

  /** @throws OptionError */
  constructor(view: View, options: SaverOptions = {}) {
    const { serde, ...rest } = requireOptions('SkeinSaver', options, kinds)
    super(serde)
    const { prefix, label } = resolve(view, rest)
    this.#facts = new ThreadFacts(view, prefix, label)
  }

  /** The checkpoint that a config names, or the latest of its thread. */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, ns, id } = read(config)
    if (thread === undefined) return undefined
    const latest = id === undefined ? await this.#facts.latest(thread, ns) : undefined
    const named = id ?? latest?.head?.id
    if (named === undefined) this.#base.foundEmpty({ thread, ns })
    const saved = named === undefined ? undefined : await this.#facts.checkpoint({ thread, ns, id: named })
    if (saved && id !== undefined) this.#base.chose(saved)
    return saved && this.#tuple(saved, id === undefined ? configOf(saved) : config, latest?.writes)
  }

  /** The checkpoints of a thread, or of all threads, newest first. */
  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple, void, undefined> {
    const { limit = Infinity, before, filter = {} } = options
    const { thread, ns, id } = { ...read(config), ns: config.configurable?.['checkpoint_ns'] as unknown }
    const end = before && read(before).id
    const found: SavedCheckpoint[] = []
    for await (const saved of this.#facts.checkpoints(thread)) {
      if (ns !== undefined && saved.ns !== ns) continue
      if ((id === undefined || saved.id === id) && (end === undefined || saved.id < end)) found.push(saved)
    }
    let left = limit
    // Ids grow with time.
    for (const saved of found.toSorted((a, b) => (a.id < b.id ? 1 : -1))) {
      if (left <= 0) return
      const metadata = (await unpack(this.serde, saved.metadata)) as Record<string, unknown>
      if (!Object.entries(filter).every(([key, value]) => metadata[key] === value)) continue
      left -= 1
      yield await this.#tuple(saved, configOf(saved))
    }
  }

  /**
   * Saves a checkpoint as the latest of its thread.
   *
   * @throws StaleWriterError when the thread was continued meanwhile; OptionError, StoreError
   */
  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, ns, id: parent } = read(config)
    requireThread(thread)
    const key = { thread, ns, id: checkpoint.id }
    const before = parent === undefined ? undefined : await this.#facts.checkpoint({ thread, ns, id: parent })
    // Without it, what its channels keep would be missing.
    if (parent !== undefined && !before) throw await this.#stale(thread, ns, parent)
    const { channel_values: values, ...rest } = checkpoint
    const changed = Object.entries(values).filter(([channel]) => Object.hasOwn(newVersions, channel))
    const [packed, packedMetadata, packedValues] = await Promise.all([
      pack(this.serde, rest),
      pack(this.serde, metadata),
      Promise.all(changed.map(async ([channel, value]) => [channel, await pack(this.serde, value)] as const)),
    ])
    const kept = before?.values.filter(([name]) => Object.hasOwn(values, name) && !Object.hasOwn(newVersions, name))
    await this.#facts.together(async (facts) => {
      const head = await facts.head(thread, ns)
      // LangGraph copies a checkpoint beside it, under the same parent, when it is asked to.
      const isMeant = head ? head.id === key.id || metadata.source === 'fork' : parent === undefined
      // A thread that has a parent but no head is being deleted.
      if (!isMeant && !(head && this.#base.mayContinue({ thread, ns }, parent, head, this.#writer))) {
        throw new StaleWriterError(thread, ns, parent, head?.id)
      }
      const added = packedValues.map(async ([name, value]) => [name, await facts.keep(thread, value)] as const)
      await facts.setCheckpoint({
        ...key,
        ...(parent !== undefined && { parent }),
        checkpoint: packed,
        metadata: packedMetadata,
        values: [...(kept ?? []), ...(await Promise.all(added))],
      })
      await facts.moveHead(key, this.#writer)
    })
    this.#base.continued({ thread, ns }, parent)
    return configOf(key)
  }

  /** Saves the writes of tasks until the next checkpoint contains them. */
  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = '',
  ): Promise<void> {
    const { thread, ns, id } = read(config)
    requireThread(thread)
    if (id === undefined)
      throw new OptionError('configurable.checkpoint_id', 'the checkpoint that the writes follow', id)
    const packed = writes.map(async ([channel, value], at): Promise<PackedWrite> => {
      const index = WRITES_IDX_MAP[channel] ?? at
      return { task: taskId, index, path: taskPath, channel, value: await pack(this.serde, value) }
    })
    await this.#facts.addWrites({ thread, ns, id }, await Promise.all(packed))
  }

  /** Deletes all checkpoints and writes of a thread, and their values. */
  override async deleteThread(threadId: string): Promise<void> {
    requireThread(threadId)
    await this.#facts.deleteThread(threadId)
  }

  async #stale(thread: string, ns: string, parent: string | undefined): Promise<StaleWriterError> {
    return new StaleWriterError(thread, ns, parent, (await this.#facts.head(thread, ns))?.id)
  }

  /** @param writes - Those that follow the checkpoint, where they were read already. */
  async #tuple(
    saved: SavedCheckpoint,
    config: RunnableConfig,
    writes?: readonly SavedWrite[],
  ): Promise<CheckpointTuple> {
    const { thread, ns, parent } = saved
    const [rest, metadata, values, pendingWrites] = await Promise.all([
      unpack(this.serde, saved.checkpoint),
      unpack(this.serde, saved.metadata),
      Promise.all(saved.values.map(async ([name, value]) => [name, await this.#unpack(thread, value)] as const)),
      this.#pendingWrites(saved, writes),
    ])
    const checkpoint = { ...(rest as Checkpoint), channel_values: Object.fromEntries(values) }
    const parentKey = parent === undefined ? undefined : { thread, ns, id: parent }
    if (checkpoint.v < 4 && parentKey) await this.#addSends(checkpoint, parentKey)
    return {
      config,
      checkpoint,
      metadata: metadata as CheckpointMetadata,
      pendingWrites,
      ...(parentKey && { parentConfig: configOf(parentKey) }),
    }
  }

  async #pendingWrites(key: CheckpointKey, known?: readonly SavedWrite[]): Promise<CheckpointPendingWrite[]> {
    const writes = inOrder(known ?? (await this.#facts.writes(key)))
    return Promise.all(
      writes.map(async ({ task, channel, value }): Promise<CheckpointPendingWrite> => {
        return [task, channel, await this.#unpack(key.thread, value)]
      }),
    )
  }

  /** Checkpoints of formats before 4 have what their parent's tasks sent as a channel. */
  async #addSends(checkpoint: Checkpoint, parent: CheckpointKey): Promise<void> {
    const writes = await this.#pendingWrites(parent)
    const versions = Object.values(checkpoint.channel_versions)
    checkpoint.channel_values[TASKS] = writes.filter(([, channel]) => channel === TASKS).map(([, , value]) => value)
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined)
  }

  async #unpack(thread: string, value: SavedWrite['value']): Promise<unknown> {
    return unpack(this.serde, await this.#facts.value(thread, value))
  }
}

/** What a config names. An empty id counts as none, as in LangGraph. */
function read({ configurable = {} }: RunnableConfig): {
  thread: string | undefined
  ns: string
  id: string | undefined
} {
  const { thread_id: thread, checkpoint_ns: ns = '', checkpoint_id: id } = configurable as Record<string, unknown>
  for (const [option, value] of Object.entries({ thread_id: thread, checkpoint_ns: ns, checkpoint_id: id })) {
    if (value === undefined || value === null || typeof value === 'string') continue
    throw new OptionError(`configurable.${option}`, 'a string', value)
  }
  return { thread: (thread as string) || undefined, ns: (ns as string) ?? '', id: (id as string) || undefined }
}

function requireThread(thread: string | undefined): asserts thread is string {
  if (typeof thread === 'string' && thread !== '') return
  throw new OptionError('configurable.thread_id', 'the name of the thread, a string', thread)
}

function configOf({ thread, ns, id }: CheckpointKey): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: ns, checkpoint_id: id } }
}

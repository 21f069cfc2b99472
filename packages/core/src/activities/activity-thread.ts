/**
 * What runs in each worker thread: the entry point of the pool.
 *
 * A thread takes part in the memory on its own (see `joinMemory`); with the
 * thread that made the pool it talks over a port of its own, on which progress
 * and results keep their order.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { MessageChannel, parentPort, threadId, workerData } from 'node:worker_threads'

import { fromEnvelope, joinMemory, ReadScope, toEnvelope } from '@skein/memory/runtime'
import { loadFromDescriptor } from '@skein/memory/store'
import type { ThreadMemory } from '@skein/memory/runtime'
import type { ErrorEnvelope, MemoryShare } from '@skein/memory/runtime'
import type { WorkerModule } from '@skein/memory/store'

import { activityOptions } from './activity.ts'
import type { Activity } from './activity.ts'
import { ActivityInputError, ActivityLoadError, UnknownActivityError } from '../errors.ts'
import type { ActivityOutcome, ActivityTask, ModuleDescription } from './executor.ts'
import type { Model } from '../models/model.ts'
import { shareModel } from '../models/shared-model.ts'
import { usageMeter } from '../models/usage-meter.ts'

/** What a thread is given when it starts. */
export interface ThreadData {
  readonly share: MemoryShare
  readonly model: WorkerModule
}

/** One request to a thread. */
export type ThreadRequest =
  | { readonly type: 'describe'; readonly module: string }
  | { readonly type: 'run'; readonly id: number; readonly task: ActivityTask }

/** How a request ended. Errors are packed: a thread's border would strip them. */
export type ThreadReply = { readonly value: unknown } | { readonly error: ErrorEnvelope }

/** What a thread says while it runs an activity. */
export type ThreadNews =
  | { readonly type: 'started'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: unknown }

/** What a thread is told while it runs an activity. */
export interface AbortOrder {
  readonly abort: number
  readonly reason: ErrorEnvelope
}

/** The two ports that a thread hands over when it starts. */
export interface ThreadPorts {
  readonly thread: number
  readonly memory: MessagePort
  readonly news: MessagePort
}
type MessagePort = import('node:worker_threads').MessagePort

const running = new Map<number, AbortController>()
const news = new MessageChannel()
const parts = join()
// A failure shows in the first task; here nobody listens yet.
parts.catch(() => {})

news.port1.on('message', ({ abort, reason }: AbortOrder) => running.get(abort)?.abort(fromEnvelope(reason)))
news.port1.unref()

async function join(): Promise<{ memory: ThreadMemory; model: Model }> {
  const { share, model } = workerData as ThreadData
  const channel = new MessageChannel()
  const ports: ThreadPorts = { thread: threadId, memory: channel.port2, news: news.port2 }
  parentPort?.postMessage(ports, [channel.port2, news.port2])
  return { memory: await joinMemory(share, channel.port1), model: await loadFromDescriptor<Model>(model) }
}

/** Handles one request; never throws. */
export default async function handle(request: ThreadRequest): Promise<ThreadReply> {
  try {
    return { value: request.type === 'describe' ? await describe(request.module) : await run(request.id, request.task) }
  } catch (error) {
    return { error: toEnvelope(error) }
  }
}

async function describe(module: string): Promise<ModuleDescription> {
  const exported = await load(module)
  const text = module.startsWith('file:') ? await readFile(fileURLToPath(module)) : module
  const found = Object.entries(exported).map(([name, value]) => [name, activityOptions(value)] as const)
  return {
    digest: createHash('sha256').update(text).digest('hex'),
    activities: Object.fromEntries(
      found.filter(([, options]) => options !== undefined),
    ) as ModuleDescription['activities'],
  }
}

async function run(id: number, task: ActivityTask): Promise<ActivityOutcome> {
  const control = new AbortController()
  running.set(id, control)
  news.port1.postMessage({ type: 'started', id } satisfies ThreadNews)
  try {
    const { memory, model } = await parts
    const activity = find(await load(task.module), task)
    using scope = new ReadScope()
    const view = memory.as(task.principal, scope)
    const usage = usageMeter()
    const startedAt = performance.now()
    const output = await activity.run(
      {
        memory: view,
        model: shareModel(model, view, { meter: usage, budgets: task.budgets ?? [] }),
        signal: control.signal,
        progress: (value) => post(task.name, { type: 'progress', id, value }),
      },
      task.input,
    )
    assertCloneable(task.name, output)
    return { output, usage, durationMs: performance.now() - startedAt, worker: `thread-${threadId}` }
  } finally {
    running.delete(id)
  }
}

async function load(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(module)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new ActivityLoadError(module, error)
  }
}

function find(exported: Readonly<Record<string, unknown>>, { module, name }: ActivityTask): Activity<unknown, unknown> {
  if (activityOptions(exported[name])) return exported[name] as Activity<unknown, unknown>
  const known = Object.keys(exported).filter((key) => activityOptions(exported[key]))
  throw new UnknownActivityError(module, name, known)
}

function post(activity: string, message: ThreadNews): void {
  try {
    news.port1.postMessage(message)
  } catch (error) {
    throw new ActivityInputError(activity, 'output', error)
  }
}

function assertCloneable(activity: string, output: unknown): void {
  if (typeof output !== 'object' || output === null) {
    if (typeof output === 'function' || typeof output === 'symbol')
      throw new ActivityInputError(activity, 'output', output)
    return
  }
  try {
    // Small by contract, so trying costs little; the pool would turn the failure into one without a name.
    structuredClone(output)
  } catch (error) {
    throw new ActivityInputError(activity, 'output', error)
  }
}

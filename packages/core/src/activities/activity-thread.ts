/**
 * What runs in each worker thread: the entry point of the pool.
 *
 * A thread joins the memory by itself (see `joinMemory`), and talks to the
 * thread that made the pool as `thread-protocol.ts` describes.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { MessageChannel, parentPort, threadId, workerData } from 'node:worker_threads'

import { asPartOf, fromEnvelope, joinMemory, ReadScope, toEnvelope } from '@skein/memory/runtime'
import type { JoinedMemory } from '@skein/memory/runtime'
import { loadFromDescriptor } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import type { Model } from '../models/model.ts'
import { shareModel } from '../models/shared-model.ts'
import { usageMeter } from '../models/usage-meter.ts'
import { ActivityInputError, ActivityLoadError, UnknownActivityError } from './activity-errors.ts'
import { activityOptions } from './activity.ts'
import type { Activity } from './activity.ts'
import type { ActivityOutcome, ActivityTask, ModuleDescription } from './executor.ts'
import { moduleExports } from './module-exports.ts'
import type {
  AbortRequest,
  ThreadData,
  ThreadEvent,
  ThreadPorts,
  ThreadReply,
  ThreadRequest,
} from './thread-protocol.ts'

const running = new Map<number, AbortController>()
const { port1: events, port2: eventsOfPool } = new MessageChannel()
const services = start()
// A failure surfaces in the first task; nobody awaits it here.
services.catch(() => {})

events.on('message', ({ abort, reason }: AbortRequest) => running.get(abort)?.abort(fromEnvelope(reason)))
events.unref()

async function start(): Promise<{ memory: JoinedMemory; model: Model }> {
  const { model } = workerData as ThreadData
  const channel = new MessageChannel()
  const ports: ThreadPorts = { threadId, memory: channel.port2, events: eventsOfPool }
  parentPort?.postMessage(ports, [channel.port2, eventsOfPool])
  return { memory: await joinMemory(channel.port1), model: await loadFromDescriptor<Model>(model) }
}

/** Handles one request; never throws. */
export default async function handle(request: ThreadRequest): Promise<ThreadReply> {
  try {
    return request.type === 'describe' ? { value: await describe(request.module) } : await run(request)
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

async function run({ id, pass, task }: Extract<ThreadRequest, { type: 'run' }>): Promise<ThreadReply> {
  const control = new AbortController()
  using scope = new ReadScope()
  if (task.label) scope.noteLabel(task.label)
  running.set(id, control)
  events.postMessage({ type: 'started', id } satisfies ThreadEvent)
  try {
    const { memory, model } = await services
    const activity = find(await load(task.module), task)
    const view = memory.enter(pass, task.principal, scope)
    const usage = usageMeter()
    const startedAt = performance.now()
    const context = {
      memory: view,
      model: shareModel(model, view, { meter: usage, budgets: task.budgets ?? [] }),
      signal: control.signal,
      progress: (value: unknown): void => report(task.name, { type: 'progress', id, value, label: scope.label }),
    }
    const output = await asPartOf(task.chain ?? [], () => activity.run(context, task.input))
    assertCloneable(task.name, output)
    const { label } = scope
    const outcome = { output, usage, durationMs: performance.now() - startedAt, worker: `thread-${threadId}`, label }
    return { value: outcome satisfies ActivityOutcome }
  } catch (error) {
    // Its message may quote what the activity has read.
    return { error: toEnvelope(error), label: scope.label satisfies Label }
  } finally {
    running.delete(id)
  }
}

async function load(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return moduleExports((await import(module)) as Readonly<Record<string, unknown>>)
  } catch (error) {
    throw new ActivityLoadError(module, error)
  }
}

function find(exported: Readonly<Record<string, unknown>>, { module, name }: ActivityTask): Activity<unknown, unknown> {
  if (activityOptions(exported[name])) return exported[name] as Activity<unknown, unknown>
  const known = Object.keys(exported).filter((key) => activityOptions(exported[key]))
  throw new UnknownActivityError(module, name, known)
}

function report(activity: string, event: ThreadEvent): void {
  try {
    events.postMessage(event)
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
    // Outputs are small by contract, so this costs little; the pool's own error would not name the activity.
    structuredClone(output)
  } catch (error) {
    throw new ActivityInputError(activity, 'output', error)
  }
}

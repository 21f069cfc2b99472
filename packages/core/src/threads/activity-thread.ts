/**
 * What runs in each worker thread: the entry point of the pool.
 *
 * A thread joins the memory by itself (see `joinMemory`), and talks to the
 * thread that made the pool as `thread-protocol.ts` describes.
 *
 * @module
 */

import { MessageChannel, parentPort, threadId, workerData } from 'node:worker_threads'

import { Account, asPartOf, fromEnvelope, joinMemory, ReadScope, SpanLog, toEnvelope } from '@skein/memory/runtime'
import type { Costs, JoinedMemory, Span } from '@skein/memory/runtime'
import { loadFromDescriptor } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import type { Model } from '../models/model.ts'
import { shareModel } from '../models/shared-model.ts'
import { ActivityInputError } from '../activities/activity-errors.ts'
import { findActivity, LoadedModules } from './loaded-modules.ts'
import type { ActivityOutcome } from '../activities/executor.ts'
import { markActivityThread, whileLoading } from './nested-flock.ts'
import { movedOf } from '../activities/move.ts'
import { sendOutput } from './send-output.ts'
import { storeModule } from './thread-protocol.ts'
import type {
  AbortRequest,
  ThreadData,
  ThreadEvent,
  ThreadPorts,
  ThreadReply,
  ThreadRequest,
} from './thread-protocol.ts'

const { model: descriptor, hidesCompileCache } = workerData as ThreadData
// Node has read it. Processes that activities start would inherit it.
if (hidesCompileCache) delete process.env['NODE_COMPILE_CACHE']

const running = new Map<number, AbortController>()
const { port1: events, port2: eventsOfPool } = new MessageChannel()
const modules = new LoadedModules()
markActivityThread((module, error) => {
  modules.refuse(module, error)
  events.postMessage({ type: 'refused', module, error: toEnvelope(error) } satisfies ThreadEvent)
})
let isReady = false
const services = start()
services.then(
  () => (isReady = true),
  // A failure surfaces in the first task; nobody awaits it here.
  () => {},
)

events.on('message', ({ abort, reason }: AbortRequest) => running.get(abort)?.abort(fromEnvelope(reason)))
events.unref()

async function start(): Promise<{ memory: JoinedMemory; model: Model }> {
  const channel = new MessageChannel()
  const ports: ThreadPorts = { threadId, memory: channel.port2, events: eventsOfPool }
  parentPort?.postMessage(ports, [channel.port2, eventsOfPool])
  return {
    memory: await whileLoading(storeModule, () => joinMemory(channel.port1)),
    model: await whileLoading(descriptor.module, () => loadFromDescriptor<Model>(descriptor)),
  }
}

// Piscina requires this file. Of a module whose only function is its default export, Node.js 24 makes a facade, and ends
// the whole process when the thread is terminated meanwhile (an assertion in `CreateRequiredModuleFacade`), as threads of
// abandoned activities are. A module that names its `module.exports` needs none.
export { handle as default, handle as 'module.exports' }

/** Handles one request; never throws. */
async function handle(request: ThreadRequest): Promise<ThreadReply> {
  try {
    if (request.type === 'run') return await run(request)
    tell({ type: 'loading', id: request.id })
    return { value: await modules.describe(request.module) }
  } catch (error) {
    return { error: toEnvelope(error) }
  }
}

async function run({ id, pass, task }: Extract<ThreadRequest, { type: 'run' }>): Promise<ThreadReply> {
  const control = new AbortController()
  using scope = new ReadScope()
  const account = new Account()
  const log = task.trace && new SpanLog(task.trace)
  const took = (): { readonly costs: Costs; readonly spans?: readonly Span[] } => {
    const costs = { used: account.used, saved: account.saved, reused: account.reused }
    return log ? { costs, spans: log.spans } : { costs }
  }
  if (task.label) scope.noteLabel(task.label)
  scope.noteSources(task.sources ?? [])
  running.set(id, control)
  // Whoever waits for the start can tell the thread that loads by this.
  if (!isReady || !modules.has(task.module)) tell({ type: 'loading', id })
  try {
    const { memory, model } = await services
    const activity = findActivity(await modules.load(task.module), task)
    // Nobody waits any more for what has not begun.
    control.signal.throwIfAborted()
    const view = memory.enter(pass, task.principal, scope)
    tell({ type: 'started', id })
    const startedAt = performance.now()
    const context = {
      memory: view,
      model: shareModel(model, view, { budgets: task.budgets ?? [] }),
      signal: control.signal,
      traceparent: task.trace?.traceparent,
      progress: (value: unknown): void => report(task.name, { type: 'progress', id, value, label: scope.label }),
    }
    const work = (): unknown => asPartOf(task.chain ?? [], () => activity.run(context, task.input), account)
    const output = await (log ? log.run(work) : work())
    const durationMs = performance.now() - startedAt
    const { label, sources } = scope
    return await sendOutput(task.name, output, (sent): ThreadReply => {
      const outcome = { output: sent, durationMs, worker: `thread-${threadId}`, label, sources }
      return { value: outcome satisfies ActivityOutcome, ...took() }
    })
  } catch (error) {
    // Its message may quote what the activity has read.
    return { error: toEnvelope(error), label: scope.label satisfies Label, ...took() }
  } finally {
    running.delete(id)
  }
}

function tell(event: ThreadEvent): void {
  events.postMessage(event)
}

function report(activity: string, event: Extract<ThreadEvent, { readonly type: 'progress' }>): void {
  const { value, transfer } = movedOf(event.value)
  try {
    events.postMessage({ ...event, value }, transfer)
  } catch (error) {
    throw new ActivityInputError(activity, 'output', error)
  }
}

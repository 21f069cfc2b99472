import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'

import { currentTrace, currentWork } from '@skein/memory/runtime'

/** Takes errors that were thrown where nobody can catch them. */
export interface StrayTaker {
  strayed(error: unknown): void
}

const takers = new AsyncLocalStorage<StrayTaker>()
/** Belongs to nobody: what was made in it has no part in the work of whoever sent the first message. */
const nobody = new AsyncResource('skein')
let isListening = false

/**
 * Calls a method on behalf of an agent. What code that the call has begun throws
 * later, in a timer, a callback or a promise that nobody awaits, reaches the agent
 * instead of ending the process.
 */
export function runFor<Argument>(taker: StrayTaker, run: (argument: Argument) => void, argument: Argument): void {
  listen()
  if (takers.getStore() === taker) run(argument)
  else takers.run(taker, run, argument)
}

/**
 * An asynchronous context of an agent's own, for {@link runIn}: entering one that is
 * there costs a tenth of making one for each call, and about 400 bytes.
 */
export function contextOf(taker: StrayTaker): AsyncResource {
  listen()
  return nobody.runInAsyncScope(() =>
    takers.run(taker, () => new AsyncResource('skein.agent', { requireManualDestroy: true })),
  )
}

/** Like {@link runFor}, in a context of the agent's own, where the caller is part of no work and of no span. */
export function runIn<Args extends unknown[], Result>(
  context: AsyncResource,
  taker: StrayTaker,
  run: (...args: Args) => Result,
  ...args: Args
): Result {
  const isFree = currentWork().length === 0 && currentTrace() === undefined
  return isFree ? context.runInAsyncScope(run, undefined, ...args) : takers.run(taker, run, ...args)
}

function listen(): void {
  if (isListening) return
  isListening = true
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUnhandled)
}

function onUncaught(error: unknown): void {
  const taker = takers.getStore()
  if (taker) return taker.strayed(error)
  // Not an agent's: whatever would have happened without this listener happens.
  if (process.listenerCount('uncaughtException') > 1) return
  isListening = false
  process.off('uncaughtException', onUncaught)
  process.off('unhandledRejection', onUnhandled)
  process.nextTick(() => {
    throw error
  })
}

/** Rejections are uncaught exceptions only where nobody else listens to them, and these others would not tell the agent. */
function onUnhandled(error: unknown): void {
  const taker = takers.getStore()
  if (taker) return taker.strayed(error)
  if (process.listenerCount('unhandledRejection') === 1 && endsProcess()) throw error
}

/** Whether Node.js would end the process for a rejection that nobody handles. */
function endsProcess(): boolean {
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ')
  return !/--unhandled-rejections[= ](?:none|warn)\b/.test(options)
}

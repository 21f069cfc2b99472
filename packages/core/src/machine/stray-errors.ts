import { AsyncLocalStorage } from 'node:async_hooks'

/** Takes errors that were thrown where nobody can catch them. */
export interface StrayTaker {
  strayed(error: unknown): void
}

const takers = new AsyncLocalStorage<StrayTaker>()
let isListening = false

/**
 * Calls a method on behalf of an agent. What code that the call has begun throws
 * later, in a timer, a callback or a promise that nobody awaits, reaches the agent
 * instead of ending the process.
 */
export function runFor<Argument>(taker: StrayTaker, run: (argument: Argument) => void, argument: Argument): void {
  if (!isListening) {
    isListening = true
    process.on('uncaughtException', onUncaught)
    process.on('unhandledRejection', onUnhandled)
  }
  if (takers.getStore() === taker) run(argument)
  else takers.run(taker, run, argument)
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

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
  process.nextTick(() => {
    throw error
  })
}

/**
 * For tests of agents: a clock and a scheduler that you control, an agent that
 * records its messages, failures on demand, dead letters.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { virtualClock } from './virtual-clock.ts'
export type { VirtualClock } from './virtual-clock.ts'
export { stepScheduler } from './step-scheduler.ts'
export type { StepScheduler } from './step-scheduler.ts'
export { probe } from './probe.ts'
export type { Probe } from './probe.ts'
export { withCrashes } from './with-crashes.ts'
export { deadLetters } from './dead-letters.ts'
export type { DeadLetter, DeadLetters } from './dead-letters.ts'

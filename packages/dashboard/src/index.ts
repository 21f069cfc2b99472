/**
 * A live page that shows a flock of agents and the memory that they share.
 *
 * @module
 */

export type { Frame, SceneEvent } from './protocol.ts'

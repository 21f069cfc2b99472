import type { Transferable } from 'node:worker_threads'

import { OptionError } from '@skein/memory/values'

/** What to move of each value; global, as a built app may hold several copies of this file. */
const movesKey = Symbol.for('skein.moves')
const shared = globalThis as { [movesKey]?: WeakMap<object, readonly Transferable[]> }
const moves = (shared[movesKey] ??= new WeakMap())

/** What piscina's own `move` and `Transferable` are known by. */
const piscinaTransferable = Symbol.for('Piscina.transferable')
const piscinaValue = Symbol.for('Piscina.valueOf')

/**
 * Moves a value's memory to the other thread instead of copying it. Use it for an activity's input, output or
 * progress. After the move, the sender's buffer is empty, so an activity with moved input can't be retried.
 *
 * @param value - What is passed on as before; returned as it is.
 * @param transfer - Buffers, ports and streams in the value that are moved; everything else is copied.
 * Omit it for a value that is itself a buffer, a view of one, a port or a stream.
 * @throws OptionError when `transfer` is missing or not an array of objects.
 *
 * @example
 * ```ts no-run
 * import { activity, move } from '@skein/core'
 *
 * export const invert = activity((_, pixels: Uint8Array) => move(pixels.map((value) => 255 - value)))
 *
 * // Elsewhere:
 * const inverted = await images.invert(move(pixels))
 * ```
 */
export function move<Value>(value: Value, transfer?: readonly Transferable[]): Value {
  const list: unknown = transfer ?? ownTransfer(value)
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'object' || item === null)) {
    throw new OptionError('transfer', 'an array of the buffers, ports and streams to move', list)
  }
  if (typeof value === 'object' && value !== null) moves.set(value, list as Transferable[])
  return value
}

/** A value as it is sent, and what is moved with it. */
export interface Moved {
  readonly value: unknown
  readonly transfer: readonly Transferable[]
}

/** What to send for a value. */
export function movedOf(value: unknown): Moved {
  if (typeof value !== 'object' || value === null) return { value, transfer: none }
  const transfer = moves.get(value)
  if (transfer) return { value, transfer }
  if (!(piscinaTransferable in value && piscinaValue in value)) return { value, transfer: none }
  return { value: value[piscinaValue], transfer: [value[piscinaTransferable] as Transferable].flat() }
}

/** Whether anything is moved with a value, so that it can be sent only once. */
export function isMoved(value: unknown): boolean {
  return movedOf(value).transfer.length > 0
}

const none: readonly Transferable[] = []

function ownTransfer(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (!ArrayBuffer.isView(value)) return isPlain(value) ? undefined : [value]
  // Shared memory is not moved: all threads have it.
  return value.buffer instanceof SharedArrayBuffer ? [] : [value.buffer]
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Array.isArray(value)
}

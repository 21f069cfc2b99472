import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { requireObject } from '@skein/memory/runtime'

const expected = 'a view, such as memory.as({ id, role })'

/** @throws OptionError unless it is a view. */
export function requireView(memory: View): void {
  requireObject('memory', memory, expected)
  if (typeof memory.once !== 'function') throw new OptionError('memory', expected, memory)
}

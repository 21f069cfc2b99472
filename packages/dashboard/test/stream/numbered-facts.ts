import type { SceneEvent } from '../../src/index.ts'
import type { OpenBoard } from '../open-board.ts'

/** The ids of the facts that were written. */
export function writtenIds(events: readonly SceneEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'written' && event.collection === 'facts' ? [event.id] : []))
}

/** `n/<from>` to `n/<to>`. */
export function names(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `n/${from + index}`)
}

/** Writes a fact under each of these names. */
export async function writeFacts({ memory }: Pick<OpenBoard, 'memory'>, from: number, to: number): Promise<void> {
  const ann = memory.as({ id: 'ann', role: 'reader' })
  for (const name of names(from, to)) await ann.facts.set(name, name)
}

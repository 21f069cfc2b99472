import type { SavedWrite } from './thread-facts.ts'

/**
 * The writes of a step in the order in which LangGraph applies them: by path, task and index, strings by code points.
 * LangGraph exports its comparison since 1.2 only.
 */
export function inOrder(writes: readonly SavedWrite[]): readonly SavedWrite[] {
  return writes.toSorted((a, b) => compareTexts(a.path, b.path) || compareTexts(a.task, b.task) || a.index - b.index)
}

/** UTF-8 has the order of code points; UTF-16 has not. */
function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

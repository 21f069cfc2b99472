import type { WorkChain } from './work-chain.ts'

/** Somebody who waits: its chain waits for any of the targets. */
export interface Wait {
  readonly chain: WorkChain
  /** Work, of which one piece has to end before the wait can. */
  readonly anyOf: readonly string[]
}

/**
 * The work that can never end because each piece waits for the next and the last one
 * for the first, as far as the given waits tell; `undefined` if this wait can end.
 *
 * Work is blocked while all that it waits for is blocked. Everything that waits counts
 * as blocked until it is shown that it can continue; what is left at the end can't.
 */
export function findDeadlock(wait: Wait, all: readonly Wait[]): WorkChain | undefined {
  /** For each piece of work, the alternatives of each of its waits. */
  const needs = new Map<string, (readonly string[])[]>()
  const need = (work: string, anyOf: readonly string[]): void => {
    const known = needs.get(work)
    if (known) known.push(anyOf)
    else needs.set(work, [anyOf])
  }
  for (const { chain, anyOf } of all) {
    for (const [index, work] of chain.entries()) {
      const next = chain[index + 1]
      need(work, next === undefined ? anyOf : [next])
    }
  }
  const blocked = new Set(needs.keys())
  const isBlocked = (anyOf: readonly string[]): boolean => anyOf.length > 0 && anyOf.every((work) => blocked.has(work))
  for (let before = -1; before !== blocked.size;) {
    before = blocked.size
    for (const [work, alternatives] of needs) if (!alternatives.some(isBlocked)) blocked.delete(work)
  }
  const from = wait.chain.at(-1)
  if (from === undefined || !blocked.has(from) || !isBlocked(wait.anyOf)) return undefined
  const path = [from]
  for (let [next] = wait.anyOf; next !== undefined;) {
    const at = path.indexOf(next)
    if (at >= 0) return path.slice(at)
    path.push(next)
    next = needs.get(next)?.find(isBlocked)?.[0]
  }
  return path
}

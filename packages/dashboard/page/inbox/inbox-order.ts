import type { InboxItem } from '../../src/protocol/protocol.ts'

/** Sorts escalations as they are shown: open ones first, then taken and ended ones, each oldest first. */
export function inOrder(items: readonly InboxItem[]): readonly InboxItem[] {
  const rank = ({ state }: InboxItem): number => (state === 'open' ? 0 : state === 'taken' ? 1 : 2)
  return items.toSorted((a, b) => rank(a) - rank(b) || a.openedAt - b.openedAt)
}

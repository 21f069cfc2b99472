import { setImmediate as nextTurn } from 'node:timers/promises'

/** So many small steps take about a millisecond. */
const sliceSize = 500

/** Calls back with each item of a long list. The event loop gets a turn after every few hundred. */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let count = 0
  for (const item of items) {
    work(item)
    count += 1
    if (count % sliceSize === 0) await nextTurn()
  }
}

/**
 * Fuses several orders of the same things into one: each thing counts 1 / (60 + rank) for every order that has it.
 *
 * Source: G. V. Cormack, C. L. A. Clarke and S. Büttcher, "Reciprocal Rank Fusion", 2009, with their constant.
 *
 * @param orders - Best first.
 * @returns what each thing counts; the highest possible is the number of orders divided by 61.
 */
export function fuseRanks<Thing>(orders: readonly (readonly Thing[])[]): Map<Thing, number> {
  const scores = new Map<Thing, number>()
  for (const order of orders) {
    for (const [index, thing] of order.entries()) scores.set(thing, (scores.get(thing) ?? 0) + 1 / (61 + index))
  }
  return scores
}

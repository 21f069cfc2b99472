/** How long a step may keep other writers waiting, in milliseconds. */
const stepMs = 6
const fewest = 16
const most = 200

/** How many records go in the first step of an erasure. */
export const firstStep = 25

/**
 * How many records go in the next step. Only the store knows what removing one takes: of a long text, all that search
 * knows of its words has to go.
 *
 * @param size - How many went in the step before.
 * @param tookMs - How long that took.
 */
export function nextStep(size: number, tookMs: number): number {
  const fitting = Math.floor((size * stepMs) / Math.max(tookMs, 1))
  return Math.min(most, 2 * size, Math.max(fewest, fitting))
}

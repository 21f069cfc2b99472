/** One part of a saved agent that its definition has no place for. */
export interface Misfit {
  /** Where in the saved state, as `migrate` gets it: `value`, `children["pay"].snapshot.value`, `timers[0]`. */
  readonly path: string
  /** What does not fit. */
  readonly what: string
  /** What to do about it. */
  readonly remedy: string
}

/** The misfits as sentences, at most three of them. */
export function describeMisfits(misfits: readonly Misfit[]): string {
  const shown = misfits.slice(0, 3).map(({ path, what, remedy }) => `At ${path}: ${what}. ${remedy}`)
  const more = misfits.length - shown.length
  return [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}

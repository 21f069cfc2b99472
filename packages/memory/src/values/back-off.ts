const maxPauseMs = 50

/** Attempts that may be overtaken by others' writes before a change is given up. */
export const mostConflicts = 100

/** Waits at random, longer after more conflicts, so that those who overtook each other don't meet again. */
export async function conflictPause(conflicts: number): Promise<void> {
  const pauseMs = Math.random() * Math.min(maxPauseMs, 2 ** Math.min(conflicts, 6))
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
}

/** How the process ends. 130 is what shells expect after Ctrl-C. */
export const exitCode = { success: 0, failure: 1, misuse: 2, interrupted: 130 } as const

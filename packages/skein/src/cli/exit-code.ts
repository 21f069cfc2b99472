/** How the process ends. `tooCostly`: before anything was spent. 130 is what shells expect after Ctrl-C. */
export const exitCode = { success: 0, failure: 1, misuse: 2, tooCostly: 3, interrupted: 130 } as const

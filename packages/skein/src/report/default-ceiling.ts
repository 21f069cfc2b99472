/** The ceiling of a run that names none. Money counts where the price of the model is known. */
export const defaultCeiling = { calls: 500, tokens: 1_000_000, usd: 5 } as const

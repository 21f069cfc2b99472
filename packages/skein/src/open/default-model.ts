/** The default model, which needs no key and no network. */
export const defaultModel = 'extractive'

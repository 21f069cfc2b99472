import { activity } from '@skein/core'

export const count = activity((_, text) => text.split(/\s+/).length)

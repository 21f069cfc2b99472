import { createRequire } from 'node:module'

import { ownFile } from '@skein/memory/runtime'
import type { Piscina } from 'piscina'

const url = ownFile('@skein/core', import.meta.url, 'thread-file', './activity-thread.js')

/** What runs in a worker thread. */
export const threadFile: string = url.href

/** Piscina has a file for its threads, too, which no bundler keeps: so Node loads it, wherever this module is by then. */
export const PiscinaPool: typeof Piscina = (createRequire(url)('piscina') as { Piscina: typeof Piscina }).Piscina

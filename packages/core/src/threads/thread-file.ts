import { createRequire } from 'node:module'

import { ownFile } from '@skein/memory/values'
import type { Piscina } from 'piscina'

import { runsActivities } from './nested-flock.ts'

const url = ownFile('@skein/core', import.meta.url, 'thread-file', './activity-thread.js')

/** What runs in a worker thread. */
export const threadFile: string = url.href

// A thread that runs activities starts no others, though its modules import this package.
let loaded = runsActivities() ? undefined : load()

/** The class of pools. */
export function piscinaPool(): typeof Piscina {
  loaded ??= load()
  return loaded
}

/** Piscina has a file for its threads, too, which no bundler keeps: so Node loads it, wherever this module is by then. */
function load(): typeof Piscina {
  return (createRequire(url)('piscina') as { Piscina: typeof Piscina }).Piscina
}

// Adds a job: npm run add -- 'Count these words'. The service may run now or later.
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { clerkId } from './jobs.ts'
import type { Job } from './jobs.ts'

const text = process.argv.slice(2).join(' ')
if (text === '') throw new Error("Name the text: npm run add -- 'Count these words'")

const memory = await openMemory({ store: sqliteStore('flock.db') })
const flock = await createFlock({ memory })
const job: Job = { type: 'job', text }
await flock.post(clerkId, job)
await flock.close()
await memory.close()

import KeyvRedis from '@keyv/redis'
import { KeyvSqlite } from '@keyv/sqlite'
import { Keyv } from 'keyv'
import { Keyv as Keyv5 } from 'keyv-5'

import type { Job, JobPeer } from './job-peer.ts'

const counter = 'counter'
const busyTimeout = 10_000

/** Keyv on a SQLite file. Without `wal`, its default, each write waits for the disk. */
export const keyvSqlite = (wal: boolean): JobPeer => ({
  open: async (place) => {
    const store = new KeyvSqlite({ uri: `sqlite://${place}.sqlite`, busyTimeout, wal, driver: 'better-sqlite3' })
    return keyvJob(new Keyv({ store, throwOnErrors: true }))
  },
})

/** Keyv on a Redis server; the adapter is made for its version 5. */
export const keyvRedis: JobPeer = {
  open: async (url) => keyvJob(new Keyv5({ store: new KeyvRedis(url), throwOnErrors: true })),
}

/** What both versions have. */
interface Entries {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<boolean>
  disconnect(): Promise<void>
}

/** It has no update: one reads, adds and writes. */
function keyvJob(keyv: Entries): Job {
  const set = async (key: string, value: unknown): Promise<void> => {
    if (!(await keyv.set(key, value))) throw new Error('Keyv says that it has not written.')
  }
  const total = async (): Promise<number> => Number((await keyv.get(counter)) ?? 0)
  return {
    remember: (_, key, text) => set(key, text),
    recall: async (_, key) => (await keyv.get(key)) as string | undefined,
    increment: async () => set(counter, (await total()) + 1),
    total,
    close: () => keyv.disconnect(),
  }
}

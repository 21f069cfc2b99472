/** Keyv's own suite, on each store, with the newest Keyv and the oldest. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { keyvApiTests, keyvIteratorTests, keyvNamespaceTest, keyvValueTests } from '@keyv/test-suite'
import { keyvStore } from '@skein/keyv'
import { mapStore, openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import { Keyv } from 'keyv'
import { Keyv as OldestKeyv } from 'keyv-oldest'
import * as vitest from 'vitest'
import { afterAll, describe, expect, it } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-keyv-'))
afterAll(() => rmSync(folder, { recursive: true }))

const server = missing === undefined ? await startServer() : undefined
afterAll(() => server?.stop())

const stores = {
  mapStore: () => mapStore(),
  sqliteStore: () => sqliteStore({ path: join(folder, 'cache.db') }),
  ...(server && { redisStore: () => redisStore(server.url) }),
}

it.skipIf(missing)(`runs on Redis, too${missing ? ` (${missing})` : ''}`, () =>
  expect(stores).toHaveProperty('redisStore'),
)

/** What the suite, which was written for Keyv 5, expects otherwise than Keyv 6 does. */
const changedInKeyv6: Readonly<Record<string, string>> = {
  '.deleteMany([keys]) with nonexistent keys resolves to false': 'it resolves to an answer for each key',
}
const testsOfKeyv6 = {
  ...vitest,
  it: (name: string, run: () => void): void => {
    const reason = changedInKeyv6[name]
    vitest.it.skipIf(reason !== undefined)(reason === undefined ? name : `${name}: ${reason}`, run)
  },
} as typeof vitest

describe.each(Object.entries(stores))('Keyv over %s', async (_, store) => {
  const memory = await openMemory({ store: store() })
  const view = memory.as({ id: 'suite', role: 'tester' })
  afterAll(() => memory.close())

  const parts = {
    api: keyvApiTests,
    values: keyvValueTests,
    namespaces: keyvNamespaceTest,
    iterator: keyvIteratorTests,
  }
  describe.each(Object.entries(parts))('%s', (_part, declare) => {
    // The suite's types are those of another Keyv and another vitest.
    describe('of Keyv 5.6', () => {
      declare(vitest as never, OldestKeyv as never, () => keyvStore(view))
    })
    describe('of Keyv 6', () => {
      declare(testsOfKeyv6 as never, Keyv as never, () => keyvStore(view))
    })
  })
})

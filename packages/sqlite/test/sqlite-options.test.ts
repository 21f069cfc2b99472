import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

it.each([
  ['', /path/],
  [':memory:', /mapStore/],
  [{ path: 'x', durability: 'none' }, /'full' or 'relaxed'/],
  [{ path: 'x', pollMs: 0 }, /`pollMs` to be an integer, from 1 to 2147483647/],
  [{ path: 'x', busyTimeoutMs: 2 ** 31 }, /`busyTimeoutMs`/],
  [{ path: 'x', maxChanges: 1.5 }, /`maxChanges` to be an integer, 1 or more/],
])('the options %j are refused', (bad, message) => {
  const refusal = { code: 'SKEIN_OPTION', message: expect.stringMatching(message) as string }
  expect(() => sqliteStore(bad as never)).toThrow(expect.objectContaining(refusal))
})

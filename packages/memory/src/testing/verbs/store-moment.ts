import { setTimeout as pause } from 'node:timers/promises'

import type { StoreDriver } from '../../store/store-driver.ts'
import { publicLabel } from '../../values/access.ts'

/** A time of the store after all that was written, and before all that will be, by the clock that writes. */
export async function storeMoment(driver: StoreDriver): Promise<number> {
  await using store = await driver.open('clock', 'writer')
  const meta = { author: 'ann', tags: [], derivedFrom: [], ...publicLabel }
  const write = async (): Promise<number> => {
    const commit = await store.write([{ type: 'set', key: { collection: 'settings', id: 'now' }, value: '0', meta }])
    return (commit.ok && commit.written[0]?.updatedAt) || 0
  }
  const at = Math.ceil(await write())
  while ((await write()) <= at + 1) await pause(1)
  return at
}

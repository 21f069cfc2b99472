import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import { Redis } from 'ioredis'

import { byHandBase, keptOnRedis, redisByHand } from './redis-by-hand.ts'

/**
 * Changes something when it is asked to, and tells the moment just before (on
 * SQLite just after), by the clock that all processes of the machine share.
 */
const [kind = '', place = ''] = process.argv.slice(2)

async function changer(): Promise<(time: number) => Promise<unknown>> {
  if (kind === 'publish') {
    const client = new Redis(place)
    return (time) => client.publish('raw', `${time}`)
  }
  if (kind === 'by-hand') {
    const facts = redisByHand(new Redis(place), byHandBase, keptOnRedis.length)
    return (time) => facts.write([['k', JSON.stringify(time)]])
  }
  const memory = await openMemory({ store: kind === 'redis' ? redisStore(place) : sqliteStore(place) })
  const { facts } = memory.as({ id: 'writer', role: 'bench' })
  return (time) => facts.set('k', time)
}

const change = await changer()
process.on('message', (time: number) => {
  const before = process.hrtime.bigint()
  // On SQLite most of the time is the disk's: there the moment counts when the write was acknowledged.
  void change(time).then(() => process.send?.(`${kind === 'sqlite' ? process.hrtime.bigint() : before}`))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

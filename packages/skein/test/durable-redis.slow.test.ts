import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { expect, it, onTestFinished } from 'vitest'

import { startChild } from '../../core/test/fixtures/durable-child.ts'
import { expectAllDone } from '../../core/test/fixtures/durable-expectations.ts'
import { Rounds } from '../../core/test/fixtures/durable-rounds.ts'
import { missing, startServer } from '../../redis/test/redis-server.ts'
import { numbersFrom } from '../../sqlite/test/numbers-from.ts'

const seed = Number(process.env['SKEIN_FAULT_SEED'] ?? Date.now() % 1_000_000)
console.info(`SKEIN_FAULT_SEED=${seed}`)
const kills = 20

// Here, as this package has the flock as well as Redis. Whatever is done to processes on one file is in `durable-faults.slow.test.ts` of the core.
it.skipIf(missing)(
  `50 durable agents on Redis, whose process is killed ${kills} times at random: each pipeline ends once, nothing finished is done again, nothing acknowledged is lost${missing ? ` (${missing})` : ''}`,
  { timeout: 300_000 },
  async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const fixture = new URL('./fixtures/durable-redis-process.ts', import.meta.url)
    await using store = await redisStore({ url: server.url }).open('default', 'writer')
    const rounds = new Rounds({
      start: (onLine) => startChild(fixture, [server.url], onLine),
      store,
      kills,
      random: numbersFrom(seed),
    })
    const seen = await rounds.run()
    await using memory = await openMemory({ store: redisStore({ url: server.url }) })
    await expectAllDone(seen, memory, store)
    expect(seen.ends.filter(({ by }) => by === 'SIGKILL')).toHaveLength(kills)
  },
)

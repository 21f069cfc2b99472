import { setTimeout as pause } from 'node:timers/promises'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { openCrew } from './peers/peer-crew.ts'
import type { PeerCrew } from './peers/peer-crew.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

/** What is not read by then counts as read then. */
const givenUpNs = 3e9

/** Writes before the first that counts: whoever shares a memory has written before, and runs compiled code. */
const warmUpWrites = 500

const peers = ['ours', 'bentocache', 'cacheable', 'layered-loader']

/**
 * How long after a process began to write another one, which has a copy and
 * reads it again and again, reads what was written. Beside `invalidation`, which
 * ends when the copy is refused, this includes fetching the new value.
 */
export async function invalidationPeers({ quick }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const crews = await Promise.all(
    peers.map(async (peer) => ({
      peer,
      writer: await openCrew(peer, server.url, 1),
      reader: await openCrew(peer, server.url, 1),
    })),
  )
  return {
    name: 'invalidation-peers',
    unit: 'latency from the start of a write to the new value in a process that had cached the old one',
    times: quick ? 3 : 50,
    contenders: crews.map(({ peer, writer, reader }) => latency(peer, writer, reader, quick ? 0 : warmUpWrites)),
    ratios: [],
    close: async () => {
      for (const { writer, reader } of crews) {
        await writer.close()
        await reader.close()
      }
      await server.stop()
    },
  }
}

function latency(name: string, writer: PeerCrew, reader: PeerCrew, warmUps: number): Contender {
  let count = 0
  const one = async (): Promise<number> => {
    const value = `value ${(count += 1)}`
    const seen = reader.tell({ type: 'await', value })
    // It reads the old value by now.
    await pause(2)
    const told = writer.tell({ type: 'write', value })
    const [[before], [after]] = (await Promise.all([told, seen])) as [[string], [string | undefined]]
    return after === undefined ? givenUpNs : Number(BigInt(after) - BigInt(before))
  }
  return {
    name,
    tellsFigure: true,
    check: async () => {
      // A library may listen to its bus a moment after it was opened.
      for (let tries = 1; (await one()) >= givenUpNs; tries += 1)
        if (tries === 3) throw new Error('What was written was not read within 3 s, three times.')
      for (let time = 0; time < warmUps; time += 1) await one()
    },
    run: async (times) => {
      const took: number[] = []
      for (let time = 0; time < times; time += 1) took.push(await one())
      return took.toSorted((a, b) => a - b)[Math.floor(times / 2)]
    },
  }
}

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { openCrew } from './peers/peer-crew.ts'
import type { PeerCrew } from './peers/peer-crew.ts'
import { MissingError } from './question.ts'
import type { Contender, Question } from './question.ts'

const peers = ['ours', 'bentocache', 'cacheable', 'layered-loader', 'cache-manager']
const callers = 1_000

/** How often work is done that 1,000 ask for at once, in one process and in four. */
export async function stampede(): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const crews = await Promise.all(
    peers.map(async (peer) => ({
      peer,
      four: await openCrew(peer, server.url, 4),
      one: await openCrew(peer, server.url, 1),
    })),
  )
  return {
    name: 'stampede',
    unit: `how often work of 100 ms is done that ${callers.toLocaleString('en')} callers want at once`,
    kind: 'count',
    times: 1,
    rounds: 3,
    warmUps: 0,
    contenders: crews.flatMap(({ peer, one, four }) => [
      contender(`${peer}, 1 process`, one, callers),
      contender(`${peer}, 4 processes`, four, callers / 4),
    ]),
    ratios: [
      { of: 'ours, 1 process', most: 1 },
      { of: 'ours, 4 processes', most: 1 },
    ],
    close: async () => {
      for (const { one, four } of crews) {
        await one.close()
        await four.close()
      }
      await server.stop()
    },
  }
}

function contender(name: string, crew: PeerCrew, each: number): Contender {
  let round = 0
  const calls = async (): Promise<number> => {
    const counts = await crew.tell({
      type: 'stampede',
      key: `${name.replaceAll(/\W/g, '-')}/${(round += 1)}`,
      callers: each,
    })
    return counts.reduce<number>((sum, count) => sum + Number(count), 0)
  }
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await calls()) < 1) throw new Error('Nobody did the work.')
    },
    run: calls,
  }
}

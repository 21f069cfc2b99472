import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { openCrew } from './peers/peer-crew.ts'
import type { PeerCrew } from './peers/peer-crew.ts'
import { MissingError } from './question.ts'
import type { Contender, Open, Question } from './question.ts'

const peers = ['ours', 'bentocache', 'cacheable', 'layered-loader', 'cache-manager', 'Keyv']

/** Work that fails is tried one caller after the other by some, which takes as many times its time. */
const workOf = (fails: boolean): { readonly callers: number; readonly ms: number } =>
  fails ? { callers: 100, ms: 20 } : { callers: 1_000, ms: 100 }

/** How often work is done that 1,000 ask for at once, in one process and in four. */
export const stampede: Open = () => storm('stampede', false)

/** The same of work that fails: nobody is served by trying it a hundred times. */
export const stampedeFailing: Open = () => storm('stampede-failing', true)

async function storm(name: string, fails: boolean): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  // One after the other: thirty processes that start at once wait for each other.
  const crews: { readonly peer: (typeof peers)[number]; readonly four: PeerCrew; readonly one: PeerCrew }[] = []
  for (const peer of peers) {
    crews.push({ peer, four: await openCrew(peer, server.url, 4), one: await openCrew(peer, server.url, 1) })
  }
  const { callers, ms } = workOf(fails)
  return {
    name,
    unit: `runs of one piece of ${fails ? 'failing ' : ''}work (${ms} ms) that ${callers.toLocaleString('en')} callers request at once`,
    kind: 'count',
    times: 1,
    rounds: fails ? 1 : 3,
    warmUps: 0,
    contenders: crews.flatMap(({ peer, one, four }) => [
      contender(`${peer}, 1 process`, one, fails),
      contender(`${peer}, 4 processes`, four, fails, 4),
    ]),
    ratios: [
      { of: 'ours, 1 process', most: 1 },
      // Who asks after it has failed tries again: in another process that may be one that was kept from asking in time.
      ...(fails ? [] : [{ of: 'ours, 4 processes', most: 1 }]),
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

function contender(name: string, crew: PeerCrew, fails: boolean, processes = 1): Contender {
  const { callers, ms } = workOf(fails)
  let round = 0
  const calls = async (): Promise<number> => {
    const counts = await crew.tell({
      type: 'stampede',
      key: `${name.replaceAll(/\W/g, '-')}/${(round += 1)}`,
      callers: callers / processes,
      ms,
      fails,
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

import type { AgentRef, Flock } from '@skein/core'

import { askedFor, light, openFlock, turn } from './actors.ts'
import type { Count } from './actors.ts'
import type { Asking, Contender, Question } from './question.ts'

const few = 1_000
const many = 1_000_000
/** Messages between two turns of the event loop. */
const burst = 1_000
/** A prime far above all counts: it leads through all agents, in no order that a cache could use. */
const stride = 1_000_000_007

/** What each of a million light agents keeps of the heap. */
export async function crowdSize({ quick }: Asking): Promise<Question> {
  if (!globalThis.gc)
    throw new Error('This question needs a garbage collector that comes when called: node --expose-gc.')
  const count = quick ? few : many
  const name = `our light agents, ${count.toLocaleString('en')}`
  return {
    name: 'crowd-size',
    unit: 'heap bytes per light agent, in one flock',
    kind: 'bytes',
    times: 1,
    rounds: 3,
    warmUps: 0,
    budgetMs: 60_000,
    contenders: [
      {
        name,
        tellsFigure: true,
        check: () => {},
        run: async () => {
          const { flock, close } = await openFlock()
          const before = heap()
          const agents = spawned(flock, count)
          const bytes = heap() - before
          await requireSum(agents, 0)
          await close()
          return bytes / count
        },
      },
      askedFor('1 KB', 1_000),
    ],
    ratios: [{ of: name, to: 'target: 1 KB', most: 1 }],
  }
}

/** What a message costs to one at random of a million light agents, and of a thousand. */
export async function crowdSend({ quick }: Asking): Promise<Question> {
  const counts = quick ? [100, few] : [few, many]
  const crowds = await Promise.all(counts.map(async (count) => ({ count, ...(await openFlock()) })))
  const contenders = crowds.map(({ count, flock }) => sending(spawned(flock, count)))
  return {
    name: 'crowd-send',
    unit: 'from sending a message to one at random of the light agents of a flock to its processing, in bursts of 1,000',
    times: quick ? burst : 100 * burst,
    contenders,
    ratios: contenders.slice(1).map(({ name }) => ({
      of: name,
      to: (contenders[0] as Contender).name,
      most: 8,
      limit: 'A thousand agents stay in the processor’s caches. Each of a million waits for memory, in several places.',
    })),
    close: async () => {
      for (const { close } of crowds) await close()
    },
  }
}

type LightAgent = AgentRef<Count>

function spawned(flock: Flock, count: number): LightAgent[] {
  return Array.from({ length: count }, () => flock.spawn(light))
}

function sending(agents: readonly LightAgent[]): Contender {
  let at = 0
  let sent = 0
  const send = async (times: number): Promise<number> => {
    for (let done = 0; done < times; done += burst) {
      for (let one = 0; one < burst; one += 1) {
        at = (at + stride) % agents.length
        agents[at]?.send({ type: 'add', by: 1 })
      }
      sent += burst
      while ((agents[at]?.load ?? 0) > 0) await turn()
    }
    return at
  }
  return {
    name: `one of ${agents.length.toLocaleString('en')}`,
    check: async () => {
      await send(burst)
      await requireSum(agents, sent)
    },
    run: send,
  }
}

/** @throws when the agents have not heard as many messages as were sent */
async function requireSum(agents: readonly LightAgent[], expected: number): Promise<void> {
  let sum = 0
  for (let from = 0; from < agents.length; from += burst) {
    const totals = await Promise.all(agents.slice(from, from + burst).map((agent) => agent.ask({ type: 'read' })))
    sum += totals.reduce((all, one) => all + one, 0)
  }
  if (sum !== expected) throw new Error(`They have heard ${sum} messages of ${expected}.`)
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

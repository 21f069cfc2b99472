import type { AgentRef } from '@skein/core'
import { createActor } from 'xstate'

import { nact, nactCounter, nactSum } from './actors-nact.ts'
import type { NactRef } from './actors-nact.ts'
import { askedFor, light, machine, openFlock, turn } from './actors.ts'
import type { Count } from './actors.ts'
import type { Asking, Contender, Question } from './question.ts'

/** Agents that are there together. */
const crowd = 20_000
/** How many of them are looked at for whether it stays flat. */
const some = 2_000

/** Makes and ends actors of one kind. */
interface Maker<Made = unknown> {
  make(): Made
  /** Whether an actor works. */
  works(made: Made): Promise<boolean>
  end(made: readonly Made[]): void
}

/** What starting an actor costs, while 20,000 are started under one flock, and whether the last cost more than the first. */
export async function spawn({ quick }: Asking): Promise<Question> {
  const { flock, close } = await openFlock()
  const system = nact.start()
  const [own, bare] = [ours(() => flock.spawn(machine)), bareMachines()]
  return {
    name: 'spawn',
    unit: `time to start one of ${crowd.toLocaleString('en')} actors that stay alive, without the garbage collection after the run`,
    times: quick ? some : crowd,
    contenders: [
      timed('XState root actors', bare, 0, crowd),
      timed('our agents, the same machine', own, 0, crowd),
      timed(
        'our light agents',
        ours(() => flock.spawn(light)),
        0,
        crowd,
      ),
      timed('nact', nactActors(system), 0, crowd),
      timed('our agents: the first 2,000', own, 0, some),
      timed('our agents: the last 2,000', own, crowd - some, crowd),
      timed('XState: the first 2,000', bare, 0, some),
      timed('XState: the last 2,000', bare, crowd - some, crowd),
    ],
    ratios: [
      {
        of: 'our agents, the same machine',
        to: 'XState root actors',
        most: 1 / 0.9,
        limit:
          'Our agent is an XState actor too. It adds an id, entries in two tables, a mailbox and a signal, which have to be allocated and later collected.',
      },
      { of: 'our agents: the last 2,000', to: 'our agents: the first 2,000', most: 1.25 },
    ],
    close: async () => {
      nact.stop(system)
      await close()
    },
  }
}

/** What an actor keeps of the heap. */
export async function spawnSize({ quick }: Asking): Promise<Question> {
  if (!globalThis.gc)
    throw new Error('This question needs a garbage collector that comes when called: node --expose-gc.')
  const { flock, close } = await openFlock()
  const system = nact.start()
  return {
    name: 'spawn-size',
    unit: `heap bytes per actor, with ${crowd.toLocaleString('en')} actors`,
    kind: 'bytes',
    times: quick ? some : crowd,
    contenders: [
      weighed('XState root actors', bareMachines()),
      weighed(
        'our agents, the same machine',
        ours(() => flock.spawn(machine)),
      ),
      weighed('our agents, after one message each', used(ours(() => flock.spawn(machine)))),
      weighed(
        'our light agents',
        ours(() => flock.spawn(light)),
      ),
      weighed('nact', nactActors(system)),
      askedFor('5 KB', 5_000),
    ],
    ratios: [
      { of: 'our agents, the same machine', to: 'target: 5 KB', most: 1 },
      { of: 'our agents, the same machine', to: 'XState root actors', most: 1.5 },
    ],
    close: async () => {
      nact.stop(system)
      await close()
    },
  }
}

function timed<Made>(name: string, maker: Maker<Made>, from: number, to: number): Contender {
  return {
    name,
    tellsFigure: true,
    check: () => check(name, maker),
    run: async (times) => {
      const made: Made[] = []
      // Each begins with a heap that holds nothing of the one before.
      globalThis.gc?.()
      let startedAt = 0
      let endedAt = 0
      // The same part of a smaller crowd.
      const [first, last] = [from, to].map((place) => Math.round((place / crowd) * times)) as [number, number]
      for (let count = 0; count < last; count += 1) {
        if (count === first) startedAt = performance.now()
        made.push(maker.make())
        if (count === last - 1) endedAt = performance.now()
      }
      maker.end(made)
      await turn()
      return ((endedAt - startedAt) * 1e6) / (last - first)
    },
  }
}

function weighed<Made>(name: string, maker: Maker<Made> & { ready?(): Promise<void> }): Contender {
  return {
    name,
    tellsFigure: true,
    check: () => check(name, maker),
    run: async (times) => {
      await turn()
      const before = heap()
      const made: Made[] = []
      for (let count = 0; count < times; count += 1) made.push(maker.make())
      await maker.ready?.()
      const bytes = heap() - before
      maker.end(made)
      return bytes / times
    },
  }
}

async function check<Made>(name: string, maker: Maker<Made>): Promise<void> {
  const made = [maker.make(), maker.make()]
  for (const one of made) {
    if (!(await maker.works(one))) throw new Error(`One of ${name} does not work.`)
  }
  maker.end(made)
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function ours(make: () => AgentRef<Count>): Maker<AgentRef<Count>> {
  return {
    make,
    works: async (ref) => {
      ref.send({ type: 'add', by: 2 })
      return (await ref.ask({ type: 'read' })) >= 2
    },
    end: (refs) => {
      for (const ref of refs) ref.stop()
    },
  }
}

/** Mailboxes are made with the first message. */
function used(maker: Maker<AgentRef<Count>>): Maker<AgentRef<Count>> & { ready(): Promise<void> } {
  let last: AgentRef<Count> | undefined
  return {
    ...maker,
    make: () => {
      last = maker.make()
      last.send({ type: 'add', by: 1 })
      return last
    },
    ready: async () => {
      while ((last?.load ?? 0) > 0) await turn()
      await turn()
    },
  }
}

function bareMachines(): Maker<ReturnType<typeof createActor<typeof machine>>> {
  return {
    make: () => createActor(machine).start(),
    works: async (actor) => {
      actor.send({ type: 'add', by: 2 })
      return actor.getSnapshot().context.total === 2
    },
    end: (actors) => {
      for (const actor of actors) actor.stop()
    },
  }
}

function nactActors(system: NactRef): Maker<NactRef> {
  let count = 0
  return {
    // Names that it makes up itself may be taken.
    make: () => nactCounter(system, `counter-${(count += 1)}`),
    works: async (ref) => {
      nact.dispatch(ref, 2)
      return (await nactSum(ref, 1_000)) === 2
    },
    end: (refs) => {
      for (const ref of refs) nact.stop(ref)
    },
  }
}

import type { AgentRef } from '@skein/core'
import { EventEmitter } from 'eventemitter3'
import { createActor, fromTransition } from 'xstate'

import { openComedy } from './actors-comedy.ts'
import type { ComedyActor } from './actors-comedy.ts'
import { nact, nactCounter, nactSum } from './actors-nact.ts'
import type { NactRef } from './actors-nact.ts'
import { askedFor, light, machine, openFlock, turn } from './actors.ts'
import type { Count } from './actors.ts'
import type { Asking, Contender, Question } from './question.ts'

/** Messages that are sent before anybody waits: as many as a mailbox holds unless told otherwise. */
const together = 1_000

/** An actor that adds up what it is sent. */
interface Counter {
  /** Sends so many messages, of one each, without waiting for anything. */
  send(times: number): void
  /** The sum when all that was sent has been taken. */
  settled(): Promise<number> | number
}

/** What a message costs, from sending it to its having been taken. */
export async function send({ quick }: Asking): Promise<Question> {
  const { flock, close } = await openFlock()
  const system = nact.start()
  const comedy = await openComedy()
  return {
    name: 'send',
    unit: `time from sending a message to processing it, in bursts of ${together.toLocaleString('en')}`,
    times: (quick ? 1 : 20) * together,
    contenders: [
      contender('XState machine, driven directly', driven()),
      contender(
        'our agent, the same machine',
        ours(flock.spawn(machine), (context) => (context as { total: number }).total),
      ),
      contender('our light agent', ours(flock.spawn(light), Number)),
      contender('XState fromTransition', reducer()),
      contender('eventemitter3', emitter()),
      contender('nact', dispatched(nactCounter(system, 'counter'))),
      ...(comedy ? [contender('comedy', await comedyCounter(comedy))] : []),
      askedFor('5 million a second', 1e9 / 5e6),
    ],
    ratios: [
      {
        of: 'our agent, the same machine',
        to: 'XState machine, driven directly',
        most: 1 / 0.8,
        limit: 'A machine that is driven directly has no mailbox: it processes the message on the sender’s stack.',
      },
      { of: 'our light agent', to: 'target: 5 million a second', most: 1 },
    ],
    close: async () => {
      nact.stop(system)
      await comedy?.close()
      await close()
    },
  }
}

function contender(name: string, counter: Counter): Contender {
  let expected = 0
  const batch = async (times: number): Promise<void> => {
    expected += times
    counter.send(times)
    const total = await counter.settled()
    if (total !== expected) throw new Error(`${name} has counted ${total} of ${expected} messages.`)
  }
  return {
    name,
    check: () => batch(10),
    run: async (times) => {
      for (let sent = 0; sent < times; sent += together) await batch(together)
      return expected
    },
  }
}

function ours(ref: AgentRef<Count>, total: (context: unknown) => number): Counter {
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) ref.send({ type: 'add', by: 1 })
    },
    settled: async () => {
      await Promise.resolve()
      while (ref.load > 0) await turn()
      // An agent's handle does not know the context of what runs in it.
      return total((ref.snapshot as unknown as { context: unknown }).context)
    },
  }
}

function driven(): Counter {
  const actor = createActor(machine).start()
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) actor.send({ type: 'add', by: 1 })
    },
    settled: () => actor.getSnapshot().context.total,
  }
}

function reducer(): Counter {
  const logic = fromTransition((total: number, event: { type: 'add'; by: number }) => total + event.by, 0)
  const actor = createActor(logic).start()
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) actor.send({ type: 'add', by: 1 })
    },
    settled: () => actor.getSnapshot().context,
  }
}

function emitter(): Counter {
  const events = new EventEmitter<{ add: [{ type: 'add'; by: number }] }>()
  let total = 0
  events.on('add', ({ by }) => void (total += by))
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) events.emit('add', { type: 'add', by: 1 })
    },
    settled: () => total,
  }
}

function dispatched(ref: NactRef): Counter {
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) nact.dispatch(ref, 1)
    },
    settled: async () => Number(await nactSum(ref, 60_000)),
  }
}

async function comedyCounter(comedy: { spawn(definition: object): Promise<ComedyActor> }): Promise<Counter> {
  let total = 0
  let sent = 0
  const actor = await comedy.spawn({ add: ({ by }: { by: number }) => void (total += by) })
  return {
    send: (times) => {
      for (let time = 0; time < times; time += 1) void actor.send('add', { by: 1 })
      sent += times
    },
    settled: async () => {
      while (total < sent) await turn()
      return total
    },
  }
}

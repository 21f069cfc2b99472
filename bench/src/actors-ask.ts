import { createActor, setup } from 'xstate'

import { openComedy } from './actors-comedy.ts'
import { nact, nactCounter, nactSum } from './actors-nact.ts'
import { askedFor, light, machine, middle, openFlock } from './actors.ts'
import type { Contender, Question } from './question.ts'

const timeoutMs = 1_000
const answer = 7

/** What an answer costs when one question is asked at a time, of an actor that has nothing else to do. */
export async function askAgent(): Promise<Question> {
  const { flock, close } = await openFlock()
  const system = nact.start()
  const comedy = await openComedy()
  const [lightRef, machineRef] = [flock.spawn(light), flock.spawn(machine)]
  for (const ref of [lightRef, machineRef]) ref.send({ type: 'add', by: answer })
  const counter = nactCounter(system, 'counter')
  nact.dispatch(counter, answer)
  const clown = await comedy?.spawn({ read: () => answer })
  return {
    name: 'ask',
    unit: `latency of a question with a timeout of ${timeoutMs.toLocaleString('en')} ms, one at a time: the median`,
    times: 5_000,
    contenders: [
      contender('our light agent', () => lightRef.ask({ type: 'read' }, { timeoutMs })),
      contender('our agent, an XState machine', () => machineRef.ask({ type: 'read' }, { timeoutMs })),
      contender('XState, manual reply', byHand()),
      contender('nact query', () => nactSum(counter, timeoutMs)),
      ...(clown ? [contender('comedy, without a time-out', () => clown.sendAndReceive('read'))] : []),
      askedFor('1 µs', 1_000),
    ],
    ratios: [
      {
        of: 'our light agent',
        to: 'target: 1 µs',
        most: 1,
        limit: 'This target is an absolute time, not a ratio. It is met only on an otherwise idle processor.',
      },
      {
        of: 'our agent, an XState machine',
        to: 'XState, manual reply',
        most: 1,
        limit:
          'A manual reply is computed on the asker’s stack, within the call that sends the question: without a mailbox and without scheduling.',
      },
    ],
    close: async () => {
      nact.stop(system)
      await comedy?.close()
      await close()
    },
  }
}

function contender(name: string, ask: () => PromiseLike<unknown>): Contender {
  return {
    name,
    tellsFigure: true,
    check: async () => {
      const said = await ask()
      if (said !== answer) throw new Error(`${name} answers ${String(said)}.`)
    },
    run: async (times) => {
      const took: number[] = []
      for (let time = 0; time < times; time += 1) {
        const askedAt = performance.now()
        await ask()
        took.push(performance.now() - askedAt)
      }
      return middle(took) * 1e6
    },
  }
}

/** What one writes without a flock: a promise and a timer for each question. */
function byHand(): () => Promise<number> {
  const logic = setup({
    types: {} as { context: { readonly total: number }; events: { type: 'read'; answer(total: number): void } },
  }).createMachine({
    context: { total: answer },
    on: { read: { actions: ({ context, event }) => event.answer(context.total) } },
  })
  const actor = createActor(logic).start()
  return () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('No answer came.')), timeoutMs)
      const settle = (total: number): void => {
        clearTimeout(timer)
        resolve(total)
      }
      actor.send({ type: 'read', answer: settle })
    })
}

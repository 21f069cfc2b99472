import { behavior } from '@skein/core'
import type { AgentRef, Flock } from '@skein/core'
import { setup } from 'xstate'

import { nact } from './actors-nact.ts'
import type { NactRef } from './actors-nact.ts'
import { askedFor, middle, openFlock, turn } from './actors.ts'
import type { Contender, Question } from './question.ts'

const timerMs = 5

/** A ball that two actors play without a pause. */
interface Game {
  /** Throws the ball in. */
  serve(): void
  /** The next who has the ball keeps it. */
  over: boolean
  /** How often it was hit. */
  hits: number
}

/**
 * How late a timer fires while two actors send each other messages without end.
 *
 * Bare XState, eventemitter3 and comedy can't take part: the former two deliver
 * on the sender's stack, the latter before the event loop turns, so that the
 * first timer would fire when the game is over.
 */
export async function pingPong(): Promise<Question> {
  const { flock, close } = await openFlock()
  const system = nact.start()
  return {
    name: 'ping-pong',
    unit: `delay of a ${timerMs} ms timer while two actors send each other messages without end`,
    times: 20,
    contenders: [
      ...contenders('no actors', { serve: () => {}, over: false, hits: 1 }),
      ...contenders('our light agents', lightGame(flock)),
      ...contenders('our machines', machineGame(flock)),
      ...contenders('nact', nactGame(system)),
      askedFor('25 ms', 25e6),
    ],
    ratios: [
      { of: 'our light agents', to: 'target: 25 ms', most: 1 },
      { of: 'our machines', to: 'target: 25 ms', most: 1 },
      { of: 'our light agents: worst of 20', to: 'target: 25 ms', most: 1 },
      { of: 'our machines: worst of 20', to: 'target: 25 ms', most: 1 },
    ],
    close: async () => {
      nact.stop(system)
      await close()
    },
  }
}

function contenders(name: string, game: Game): Contender[] {
  const played = async (times: number): Promise<number[]> => {
    const late: number[] = []
    game.over = false
    game.serve()
    for (let time = 0; time < times; time += 1) late.push((await lateness()) * 1e6)
    game.over = true
    await turn()
    return late
  }
  const check = async (): Promise<void> => {
    await played(1)
    const { hits } = game
    await played(1)
    if (hits === 0 || (hits > 1 && game.hits === hits)) throw new Error(`${name} did not play on.`)
  }
  return [
    { name, tellsFigure: true, check, run: async (times) => middle(await played(times)) },
    {
      name: `${name}: worst of 20`,
      tellsFigure: true,
      check,
      run: async (times) => Math.max(...(await played(times))),
    },
  ]
}

function lateness(): Promise<number> {
  return new Promise((resolve) => {
    const dueAt = performance.now() + timerMs
    setTimeout(() => resolve(Math.max(0, performance.now() - dueAt)), timerMs)
  })
}

function lightGame(flock: Flock): Game {
  const player = behavior({
    role: 'player',
    initial: 0,
    receive: (side: number, { to }: { type: 'ball'; to: number }) => {
      hit(game, () => players[1 - to]?.send({ type: 'ball', to: 1 - to }))
      return side
    },
  })
  const players = [flock.spawn(player), flock.spawn(player)]
  const game: Game = { serve: () => players[0]?.send({ type: 'ball', to: 0 }), over: false, hits: 0 }
  return game
}

function machineGame(flock: Flock): Game {
  const { createMachine } = setup({ types: {} as { events: { type: 'ball' } } })
  const player = (partner: number): AgentRef<{ type: 'ball' }> =>
    flock.spawn(
      createMachine({ on: { ball: { actions: () => hit(game, () => players[partner]?.send({ type: 'ball' })) } } }),
    )
  const players = [player(1), player(0)]
  const game: Game = { serve: () => players[0]?.send({ type: 'ball' }), over: false, hits: 0 }
  return game
}

function nactGame(system: NactRef): Game {
  const player = (name: string, partner: number): NactRef => {
    const receive = (state: number): number => {
      hit(game, () => serve(partner))
      return state
    }
    return nact.spawn(system, receive, name, { initialState: 0 })
  }
  const players = [player('ping', 1), player('pong', 0)]
  const serve = (to: number): void => nact.dispatch(players[to] as NactRef, 'ball')
  const game: Game = { serve: () => serve(0), over: false, hits: 0 }
  return game
}

function hit(game: Game, send: () => void): void {
  game.hits += 1
  if (!game.over) send()
}

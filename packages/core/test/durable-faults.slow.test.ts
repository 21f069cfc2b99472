import { setTimeout as pause } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { numbersFrom } from '../../sqlite/test/numbers-from.ts'
import { temporaryPath } from '../../sqlite/test/temporary.ts'
import { startChild } from './fixtures/durable-child.ts'
import type { Child, Ended } from './fixtures/durable-child.ts'
import { expectAllDone, feedOf } from './fixtures/durable-expectations.ts'
import { Processes } from './fixtures/durable-processes.ts'
import { Rounds } from './fixtures/durable-rounds.ts'
import type { Tick } from './fixtures/durable-tickers-process.ts'

// The same seed makes a similar run: when processes do what is up to the machine.
const seed = Number(process.env['SKEIN_FAULT_SEED'] ?? Date.now() % 1_000_000)
console.info(`SKEIN_FAULT_SEED=${seed}`)
const kills = Number(process.env['SKEIN_FAULT_KILLS'] ?? 60)

type OnLine = (words: readonly string[]) => void
const start = (fixture: string, args: readonly (string | number)[], onLine: OnLine): Child =>
  startChild(new URL(`./fixtures/${fixture}`, import.meta.url), args.map(String), onLine)

/** What was reported to `history`, in order. */
async function historyIn(path: string): Promise<{ seq: number; message: unknown }[]> {
  await using memory = await openMemory({ store: sqliteStore(path) })
  return memory.as({ id: 'history', role: 'test' }).agents.mail()
}

function expectEnds(ends: readonly Ended[]): void {
  expect(ends.filter(({ by }) => by !== 0 && by !== 'SIGKILL')).toEqual([])
}

const isUp = (numbers: readonly number[]): boolean =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? n))

/** A process that waits, and the moment when it runs all that it found. */
function startWaiting(
  path: string,
  ...args: readonly (string | number)[]
): { child: Child; running: Promise<unknown>; faults: string[] } {
  const running = Promise.withResolvers<void>()
  const faults: string[] = []
  const child = start('durable-waiting-process.ts', [path, ...args], (words) => {
    if (words[0] === 'running') running.resolve()
    if ((words[0] === 'failed' || words[0] === 'refused') && words[2] !== 'SKEIN_AGENT_LOST')
      faults.push(words.join(' '))
  })
  return { child, running: Promise.race([running.promise, child.ended]), faults }
}

it(
  `a process with 50 durable agents, killed ${kills} times at random: each pipeline ends once, nothing finished is done again, nothing acknowledged is lost`,
  { timeout: 1_200_000 },
  async () => {
    const path = temporaryPath()
    await using store = await sqliteStore(path).open('default', 'writer')
    const rounds = new Rounds({
      start: (onLine) => start('durable-pipelines-process.ts', [path], onLine),
      store,
      kills,
      random: numbersFrom(seed),
    })
    const seen = await rounds.run()
    await using memory = await openMemory({ store: sqliteStore(path) })
    await expectAllDone(seen, memory, store)
    expect(seen.ends.filter(({ by }) => by === 'SIGKILL')).toHaveLength(kills)
  },
)

// Windows can't stop a process and let it go on.
it.skipIf(process.platform === 'win32')(
  'an agent runs in one of three processes at a time, killed and stopped at random: fences and steps only go up, and who was stopped too long stores nothing more',
  { timeout: 300_000 },
  async () => {
    const path = temporaryPath()
    await using store = await sqliteStore(path).open('default', 'writer')
    const [agents, ticks] = [12, 200]
    const faults: string[] = []
    const processes = new Processes({
      names: ['p', 'q', 'r'],
      start: (_, onLine) => start('durable-tickers-process.ts', [path, agents, ticks], onLine),
      random: numbersFrom(seed),
      kills: { ticking: 0.01, running: 0.02 },
      onLine: (_, words) => {
        if (words[0] === 'failed' || words[0] === 'refused') {
          if (words[2] !== 'SKEIN_AGENT_LOST') faults.push(words.join(' '))
        }
      },
    })
    await processes.run()
    expectEnds(processes.ends)
    expect(faults).toEqual([])
    expect([...processes.owed.values()].map((agent) => [...agent])).toEqual([])

    const history = (await historyIn(path)).map(({ seq, message }) => ({ seq, ...(message as Tick) }))
    const claims = await feedOf(store, 'claims')
    const lifeOf = new Map<string, string>()
    for (const [agent, steps] of Map.groupBy(history, (step) => step.agent)) {
      // Whoever goes on with it does so where the one before ended: not a step twice, and none left out.
      expect([agent, steps.map(({ n }) => n)]).toEqual([agent, Array.from({ length: ticks }, (_, n) => n + 1)])
      const own = claims.filter(({ id }) => id === `agent/${agent}`)
      expect([agent, isUp(own.filter(({ op }) => op === 'set').map(({ version }) => version))]).toEqual([agent, true])
      for (const { seq, life } of steps) {
        const claim = own.findLast((change) => change.seq < seq)
        // Each fence is one life's, and each step is stored while its life has the claim.
        const fence = `${agent} ${claim?.op === 'set' ? claim.version : 'free'}`
        expect([fence, lifeOf.get(fence) ?? life]).toEqual([fence, life])
        lifeOf.set(fence, life)
      }
    }
    expect(new Set(history.map(({ agent }) => agent)).size).toBe(agents)
    const lives = [...lifeOf].map(([fence, life]) => `${fence.split(' ')[0]} ${life}`)
    expect(new Set(lives).size).toBe(lives.length)

    // Without these nothing was proven.
    expect(processes.kills).toBeGreaterThan(0)
    expect(processes.lost).toBeGreaterThan(0)
    expect(lifeOf.size).toBeGreaterThan(agents)
  },
)

it('a timer passes once, in its time, though no process lives so long', { timeout: 120_000 }, async () => {
  const path = temporaryPath()
  const random = numbersFrom(seed)
  const [sleepers, delayMs] = [8, 2_500]
  const ends: Ended[] = []
  // One that begins anew with each process never passes, and this never ends.
  do {
    const { child, running, faults } = startWaiting(path, 'sleeper', sleepers, delayMs)
    await running
    await pause(random() * 200)
    child.signal('SIGKILL')
    ends.push(await child.ended)
    expect(faults).toEqual([])
  } while (ends.at(-1)?.by === 'SIGKILL')
  expectEnds(ends)
  expect(ends.length).toBeGreaterThan(2)
  const history = (await historyIn(path)).map(({ message }) => message as { type: string; agent: string })
  const ids = Array.from({ length: sleepers }, (_, index) => `sleeper-${index}`)
  for (const id of ids) {
    expect([id, history.filter(({ agent }) => agent === id).map(({ type }) => type)]).toEqual([id, ['woke', 'got up']])
  }
  expect(history).toHaveLength(2 * sleepers)
})

it(
  'who waits for a person goes on waiting over kills, asks once, and takes the answer once',
  { timeout: 120_000 },
  async () => {
    const path = temporaryPath()
    const random = numbersFrom(seed)
    const deals = 6
    await using memory = await openMemory({ store: sqliteStore(path) })
    const { escalations } = memory.as({ id: 'eve', role: 'support' })
    const ends: Ended[] = []
    const answers = new Map<string, number>()
    const answerOne = async (): Promise<void> => {
      const [open] = await escalations.list({ state: 'open' })
      if (!open) return
      answers.set(open.task, answers.size + 1)
      await escalations.answer(open.id, answers.size)
    }
    for (let round = 0; answers.size < deals; round += 1) {
      const { child, running, faults } = startWaiting(path, 'deal', deals)
      await running
      // In turns: while it runs, and while nobody does.
      if (round % 2 === 0) await answerOne()
      await pause(random() * 50)
      child.signal('SIGKILL')
      ends.push(await child.ended)
      if (round % 2 === 1) await answerOne()
      expect(faults).toEqual([])
    }
    const last = startWaiting(path, 'deal', deals)
    ends.push(await last.child.ended)
    expectEnds(ends)
    expect(ends.at(-1)?.by).toBe(0)
    expect(last.faults).toEqual([])
    expect(ends.filter(({ by }) => by === 'SIGKILL').length).toBeGreaterThanOrEqual(deals)
    // Each asked once, and each answer had one effect.
    expect((await escalations.list()).map(({ task }) => task).toSorted()).toEqual([...answers.keys()].toSorted())
    const history = (await historyIn(path)).map(({ message }) => message as { type: string; agent: string })
    const expected = [...answers].map(([agent, n]) => `${agent} answer ${n}`)
    expect(history.map(({ type, agent }) => `${agent} ${type}`).toSorted()).toEqual(expected.toSorted())
  },
)

it(
  'a flood of mail from three processes, killed at random, into a small mailbox: each acknowledged message is taken once, in order per sender',
  { timeout: 300_000 },
  async () => {
    const path = temporaryPath()
    const names = ['ann', 'bob', 'cid']
    const most = 300
    const acknowledged = new Map(names.map((name) => [name, [] as number[]]))
    /** The last number that was answered. */
    const answered = new Map(names.map((name) => [name, -1]))
    const ready = new Map(names.map((name) => [name, Promise.withResolvers<void>()]))
    const processes = new Processes({
      names,
      start: (name, onLine) => {
        // Nobody knows what became of the one that was under way: it is not posted again.
        const first = (answered.get(name) ?? 0) + 2
        if (first > most) ready.get(name)?.resolve()
        const kind = name === 'ann' ? 'owner' : 'poster'
        return start('durable-mail-process.ts', [path, name, kind, first, most], onLine)
      },
      random: numbersFrom(seed),
      kills: { acknowledged: 0.02, running: 0.1 },
      onLine: (name, [what, , n = '']) => {
        if (what !== 'acknowledged' && what !== 'unposted') return
        answered.set(name, Number(n))
        if (what === 'acknowledged') acknowledged.get(name)?.push(Number(n))
        if (Number(n) === most) ready.get(name)?.resolve()
      },
    })
    const run = processes.run()
    await Promise.all([...ready.values()].map(({ promise }) => promise))
    await using memory = await openMemory({ store: sqliteStore(path) })
    await memory.as({ id: 'me', role: 'test' }).agents.post({ to: 'sink', message: { type: 'end' } })
    await run
    expectEnds(processes.ends)

    const history = (await historyIn(path)).map(({ message }) => message as { from: string; n: number })
    for (const name of names) {
      const taken = history.filter(({ from }) => from === name).map(({ n }) => n)
      expect([name, taken]).toEqual([name, [...new Set(taken)].toSorted((a, b) => a - b)])
      const all = new Set(taken)
      expect([name, (acknowledged.get(name) ?? []).filter((n) => !all.has(n))]).toEqual([name, []])
    }
    expect(await memory.as({ id: 'sink', role: 'test' }).agents.mail()).toEqual([])
    expect(processes.kills).toBeGreaterThan(0)
    expect([...acknowledged.values()].flat().length).toBeGreaterThan(0)
  },
)

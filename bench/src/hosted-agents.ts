import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { isOutage } from '@skein/memory/runtime'
import { redisStore } from '@skein/redis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { leaseMs, ledger } from './hosted-ledger.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

const hosts = 3
const senders = ['ann', 'bob']
/** What is asked for: agents of a lost host run elsewhere after their lease and this long, in milliseconds. */
const moreMs = 5_000
/** How often it is looked whether all agents run, in milliseconds. */
const lookMs = 50
/** Agents that are created, or talked with, at once. */
const together = 50

const [killed, stopped] = ['a host is killed', 'a host hears and says nothing any longer']

/** How long agents that are spread over three hosts run nowhere when one of these is lost. */
export async function hostedAgents({ quick }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const count = quick ? 60 : 10_000
  const contender = (name: string, signal: 'SIGKILL' | 'SIGSTOP'): Contender => ({
    name,
    tellsFigure: true,
    // Its answers are checked in each turn.
    check: () => {},
    run: () => measure(count, signal),
  })
  const most = (leaseMs + moreMs) * 1e6
  return {
    name: 'hosted-agents',
    unit: `until all of ${count} agents run again that were on three hosts, with leases of ${leaseMs} ms`,
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: [contender(killed, 'SIGKILL'), contender(stopped, 'SIGSTOP')],
    ratios: [
      { of: killed, most },
      { of: stopped, most },
    ],
  }
}

/** Resolves to the nanoseconds from the loss of a host until all agents run elsewhere. @throws when a message is missing */
async function measure(count: number, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const server = await startServer('--appendfsync', 'everysec')
  const memory = await openMemory({ store: redisStore(server.url) })
  const flock = await createFlock({ memory, threads: 1, askTimeoutMs: 300_000 })
  const ids = Array.from({ length: count }, (_, n) => `ledger-${n}`)
  const unsure = new Map<string, number>()
  const processes = await startHosts(server.url, count)
  try {
    await inBatches(ids, (id) => flock.spawnHosted(ledger, { id }))
    await untilRunning(memory, count, hosts)
    await post(flock, ids, 0, unsure)
    const lost = processes[0] as ChildProcess
    lost.kill(signal)
    const lostAt = performance.now()
    const [meanwhile, later] = [ids.slice(0, together), ids.slice(together)]
    const posted = post(flock, meanwhile, 1, unsure)
    await untilRunning(memory, count, hosts - 1)
    const tookMs = performance.now() - lostAt
    await posted
    await post(flock, later, 1, unsure)
    // It comes back, and must not write what others have written by now.
    lost.kill('SIGCONT')
    await post(flock, ids, 2, unsure)
    await requireAll(flock, ids, 3, unsure)
    return tookMs * 1e6
  } finally {
    await Promise.all(processes.map((one) => end(one)))
    await flock.close()
    await memory.close()
    await server.stop()
  }
}

async function startHosts(url: string, count: number): Promise<readonly ChildProcess[]> {
  const script = new URL('./hosted-agents-process.ts', import.meta.url)
  const started = Array.from({ length: hosts }, () => fork(script, [url, String(count)]))
  await Promise.all(started.map((one) => once(one, 'message')))
  return started
}

async function end(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return
  const gone = once(host, 'exit')
  host.kill('SIGKILL')
  await gone
}

/** Resolves when so many hosts run so many agents, as they tell. */
async function untilRunning(memory: Memory, agents: number, ofHosts: number): Promise<void> {
  const view = memory.as({ id: 'bench', role: 'bench', rights: ['administer'] })
  for (;;) {
    const there = await view.agents.hosts()
    if (there.length === ofHosts && there.reduce((sum, { running }) => sum + running, 0) >= agents) return
    await sleep(lookMs)
  }
}

/** Sends each agent the n-th message of each sender; adds to `unsure` those that may have been sent twice. */
async function post(flock: Flock, ids: readonly string[], n: number, unsure: Map<string, number>): Promise<void> {
  await inBatches(ids, async (id) => {
    const agent = flock.hosted(ledger, id)
    const send = async (from: string): Promise<void> => {
      for (;;) {
        try {
          await agent.post({ type: 'enter', from, n })
          return
        } catch (error) {
          if (!isOutage(error)) throw error
          unsure.set(`${id} ${from}`, (unsure.get(`${id} ${from}`) ?? 0) + 1)
        }
      }
    }
    await Promise.all(senders.map(send))
  })
}

/** @throws when an agent has lost a message, or had one out of order, or twice though it was sent once */
async function requireAll(
  flock: Flock,
  ids: readonly string[],
  count: number,
  unsure: ReadonlyMap<string, number>,
): Promise<void> {
  await inBatches(ids, async (id) => {
    const heard = await flock.hosted(ledger, id).ask({ type: 'read' })
    for (const from of senders) {
      const { next = 0, again = 0, early = 0 } = heard[from] ?? {}
      const isRight = next === count && early === 0 && again <= (unsure.get(`${id} ${from}`) ?? 0)
      if (!isRight) throw new Error(`${id} of ${from}: ${JSON.stringify(heard[from])}`)
    }
  })
}

async function inBatches(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < ids.length; at += together) await Promise.all(ids.slice(at, at + together).map(work))
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint'
import type { BaseCheckpointSaver, Checkpoint } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import { openMemory } from '@skein/memory'
import { SkeinSaver } from '@skein/langgraph'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import { missing, startServer } from '../../../packages/redis/test/redis-server.ts'
import type { Contender, Open } from '../question.ts'
import { savingLimit } from './saving-limit.ts'

/** What a step of a graph costs its saver: it puts a checkpoint and gets the latest, in a thread that has just begun. */
export const checkpoint: Open = ({ quick }) => saving('checkpoint', 0, quick)

/** The same in a thread of 1,000 checkpoints. */
export const checkpoint1000: Open = ({ quick }) => saving('checkpoint-1000', quick ? 20 : 1_000, quick)

/** A saver, and how to close what it writes to. */
interface Saving {
  readonly name: string
  readonly saver: BaseCheckpointSaver
  close(): Promise<void>
}

async function saving(name: string, before: number, quick: boolean): ReturnType<Open> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const savings = [
    await ours('ours, full', sqliteStore({ path: join(folder, 'full.db') })),
    await ours('ours, relaxed', sqliteStore({ path: join(folder, 'relaxed.db'), durability: 'relaxed' })),
    official('LangGraph, SqliteSaver with synchronous FULL', join(folder, 'full.sqlite'), 'FULL'),
    // What better-sqlite3 has with WAL, which the saver sets.
    official('LangGraph, SqliteSaver', join(folder, 'relaxed.sqlite'), 'NORMAL'),
    ...(missing ? [] : [await onServer()]),
  ]
  const contenders: Contender[] = []
  for (const { name: who, saver } of savings) contenders.push(await contender(who, saver, before))
  return {
    name,
    unit: `a checkpoint put and the latest got, in a thread of ${before.toLocaleString('en')} others; its messages of 4 KB change, its report of 4 KB stays`,
    times: quick ? 2 : 50,
    budgetMs: 15_000,
    contenders,
    ratios: [
      { of: 'ours, full', to: 'LangGraph, SqliteSaver with synchronous FULL', most: 1, limit: savingLimit },
      { of: 'ours, relaxed', to: 'LangGraph, SqliteSaver', most: 1, limit: savingLimit },
    ],
    close: async () => {
      for (const { close } of savings) await close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function ours(name: string, store: Parameters<typeof openMemory>[0]['store']): Promise<Saving> {
  const memory = await openMemory({ store })
  return { name, saver: new SkeinSaver(memory.as({ id: 'graph', role: 'bench' })), close: () => memory.close() }
}

async function onServer(): Promise<Saving> {
  const server = await startServer('--appendonly', 'no')
  const own = await ours('ours, Redis', redisStore(server.url))
  return {
    ...own,
    close: async () => {
      await own.close()
      await server.stop()
    },
  }
}

function official(name: string, path: string, synchronous: 'FULL' | 'NORMAL'): Saving {
  const db = new Database(path)
  db.pragma(`synchronous = ${synchronous}`)
  // The types are those of another version of better-sqlite3.
  const saver = new SqliteSaver(db as ConstructorParameters<typeof SqliteSaver>[0])
  return { name, saver, close: async () => void db.close() }
}

const report = 'Acme raised its prices by 5 % in spring, and told nobody before. '.repeat(64)
const messagesOf = (step: number): readonly object[] =>
  Array.from({ length: 20 }, (_, at) => ({ role: 'user', content: `${step + at}: ${report.slice(0, 180)}` }))

/** One thread, which goes on through all turns: each turn of a thread without others begins a new one. */
async function contender(name: string, saver: BaseCheckpointSaver, before: number): Promise<Contender> {
  let [step, threads, id] = [0, 0, undefined as string | undefined]
  const configOf = (checkpointId?: string) => ({
    configurable: { thread_id: `t${threads}`, checkpoint_ns: '', ...(checkpointId && { checkpoint_id: checkpointId }) },
  })
  const put = async (): Promise<string> => {
    step += 1
    const [versions, isFirst] = [{ messages: step, report: 1 }, id === undefined]
    const next: Checkpoint = {
      ...emptyCheckpoint(),
      id: uuid6(step),
      channel_values: { messages: messagesOf(step), report },
      channel_versions: versions,
    }
    const changed = isFirst ? versions : { messages: step }
    await saver.put(configOf(id), next, { source: 'loop', step, parents: {} }, changed)
    return (id = next.id)
  }
  const latest = async (wanted: string): Promise<number> => {
    const tuple = await saver.getTuple(configOf())
    const { messages, report: kept } = (tuple?.checkpoint.channel_values ?? {}) as Record<string, unknown>
    const [first] = (messages ?? []) as readonly { readonly content: string }[]
    if (tuple?.checkpoint.id === wanted && first?.content.startsWith(`${step}: `) && kept === report) return 1
    throw new Error(`${name} has ${JSON.stringify(tuple?.checkpoint)} as the latest checkpoint, not ${wanted}.`)
  }
  for (let at = 0; at < before; at += 1) await put()
  const run = async (times: number): Promise<number> => {
    if (before === 0) [threads, id] = [threads + 1, undefined]
    let found = 0
    for (let time = 0; time < times; time += 1) found += await latest(await put())
    return found
  }
  return { name, check: async () => void (await run(2)), run }
}

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Mutation, StoreDriver } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

const cli = join(import.meta.dirname, '../../packages/skein/dist/cli.js')
const program = join(import.meta.dirname, 'start-process.ts')
const ms = 1e6
const [help, run, activity] = ['skein --help, beyond bare Node.js', 'skein run of a small file', 'the first activity']

/** What the start takes: of the command, of a memory with many records, and of the first thread. */
export async function start({ quick }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  if (!existsSync(cli)) throw new MissingError('The packages are not built. Run pnpm build.')
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const text = join(folder, 'small.txt')
  writeFileSync(text, 'The trams of Graz carry more people each year. '.repeat(100))
  const server = await startServer('--appendonly', 'no')
  const file = join(folder, 'large.db')
  const [rows, keys] = quick ? [1_000, 1_000] : [700_000, 1_000_000]
  await fill(sqliteStore({ path: file, durability: 'relaxed' }), rows, 1_000)
  await fill(redisStore({ url: server.url }), keys, 20)
  const size = `${(statSync(file).size / 1e9).toFixed(1)} GB`
  const [sqlite, redis] = [`openMemory on SQLite, ${size}`, `openMemory on Redis, ${keys.toLocaleString('en')} records`]
  return {
    name: 'start',
    unit: 'time until the first answer, of built packages with the compile cache warm',
    times: 1,
    warmUps: 2,
    budgetMs: 20_000,
    contenders: [
      told('bare Node.js', () => timeOf('-e', '0')),
      told(help, () => timeOf(cli, '--help') - timeOf('-e', '0')),
      told(run, () => timeOf(cli, 'run', '--store', 'memory:', text)),
      told(activity, () => toldBy('activity', 'memory:', folder)),
      told(sqlite, () => toldBy('open', file)),
      told(redis, () => toldBy('open', server.url)),
    ],
    ratios: [
      { of: help, most: 60 * ms },
      { of: run, most: 400 * ms },
      { of: activity, most: 150 * ms },
      { of: sqlite, most: 30 * ms },
      { of: redis, most: 50 * ms },
    ],
    close: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function told(name: string, figure: () => number): Contender {
  return { name, tellsFigure: true, check: () => void figure(), run: figure }
}

/** The time of a process, in nanoseconds. */
function timeOf(...args: readonly string[]): number {
  const startedAt = performance.now()
  node(args)
  return (performance.now() - startedAt) * ms
}

/** What a process measured itself, with its modules loaded. */
function toldBy(...args: readonly string[]): number {
  return Number(node([program, ...args]))
}

function node(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=built', ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

async function fill(driver: StoreDriver, count: number, chars: number): Promise<void> {
  const store = await driver.open('default', 'writer')
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  for (let from = 0; from < count; from += 1_000) {
    await store.write(
      Array.from({ length: 1_000 }, (_, at): Mutation => {
        const key = { collection: 'facts', id: `prospect/${from + at}` } as const
        return { type: 'set', key, value: JSON.stringify(`${from + at} ${'x'.repeat(chars)}`), meta }
      }),
    )
  }
  await store[Symbol.asyncDispose]()
}

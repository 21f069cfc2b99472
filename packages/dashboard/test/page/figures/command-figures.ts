import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import type { RunSummary } from '@skein/memory/runtime'

import { skein, startSkein } from '../../../../skein/test/run-skein.ts'

/** What the commands say of a memory, once nothing changes any more. */
export interface CommandFigures {
  readonly stats: Stats
  readonly runs: readonly RunSummary[]
  /** All of the audit but what the viewer of the page read. */
  readonly audit: readonly AuditLine[]
  readonly tail: readonly Change[]
  readonly inbox: readonly { readonly task: string; readonly state: string }[]
}

/** Calls to models and what they took. */
export interface CommandCost {
  readonly calls: number
  readonly ms: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly usd?: number
}

/** What `skein stats` prints, as far as the page shows it. */
interface Stats {
  readonly records: Readonly<Record<string, { readonly count: number }>>
  readonly work: {
    readonly total: {
      readonly computed: number
      readonly reused: number
      readonly used: CommandCost
      readonly saved: CommandCost
    }
  }
  readonly escalations: { readonly open: number; readonly taken: number }
}

/** A line of `skein audit`. */
export interface AuditLine {
  readonly agent: string
  readonly action: string
  readonly outcome: string
  readonly collection: string
  readonly id: string
  readonly count: number
}

/** A line of `skein tail`. */
interface Change {
  readonly collection: string
  readonly id: string
  readonly op: 'set' | 'delete'
  readonly author: string
  readonly at: number
}

/** Asks all commands. @param viewer - Who looks at the page: the audit has its reads, too. */
export async function commandFigures(store: string, folder: string, viewer: string): Promise<CommandFigures> {
  // Who asks is no agent of the flock.
  const who = ['--store', store, '--as', viewer]
  const ask = async <Answer>(...args: readonly string[]): Promise<Answer> =>
    JSON.parse(await print([...args, ...who, '--json'], folder)) as Answer
  const stats = await ask<Stats>('stats')
  const { runs } = await ask<{ readonly runs: readonly RunSummary[] }>('runs')
  const { escalations } = await ask<{ readonly escalations: CommandFigures['inbox'] }>('inbox', '--state', 'all')
  const audit = await print(['audit', ...who, '--right', 'audit', '--json-lines'], folder)
  const lines = audit.split('\n').filter((line) => line !== '')
  const entries = lines.map((line) => JSON.parse(line) as AuditLine)
  return {
    stats,
    runs,
    inbox: escalations,
    audit: entries.filter(({ agent }) => agent !== viewer),
    tail: await changes(store, folder, entries.filter(({ outcome }) => outcome === 'written').length),
  }
}

/** What a command prints. */
export async function print(args: readonly string[], folder: string): Promise<string> {
  const { code, stdout, stderr } = await skein(args, folder)
  if (code !== 0) throw new Error(`skein ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** So many changes. `skein tail` goes on until it is interrupted. */
async function changes(store: string, folder: string, count: number): Promise<Change[]> {
  const { child } = startSkein(['tail', '--store', store, '--after', '0', '--json'], folder)
  const found: Change[] = []
  for await (const line of createInterface(child.stdout as Readable)) {
    found.push(JSON.parse(line) as Change)
    if (found.length === count) break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return found
}

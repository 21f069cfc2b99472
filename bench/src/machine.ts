import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** The machine on which a run measured. */
export interface Machine {
  readonly node: string
  readonly v8: string
  readonly system: string
  readonly processors: number
  readonly model: string
  readonly memoryGb: number
  /** Load average of the last minute. */
  readonly load: number
  /** The versions of the compared libraries and servers. */
  readonly versions: Readonly<Record<string, string>>
}

export function machine(): Machine {
  const processors = cpus()
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    system: `${process.platform} ${release()} ${process.arch}`,
    processors: processors.length,
    model: processors[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? Number.NaN,
    versions: { ...pinned(), ...server() },
  }
}

function pinned(): Record<string, string> {
  const manifest = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> }
  return Object.fromEntries(Object.entries(dependencies).filter(([, version]) => !version.startsWith('workspace:')))
}

function server(): Record<string, string> {
  try {
    const said = execFileSync('redis-server', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return { 'redis-server': /v=(\S+)/.exec(said)?.[1] ?? 'unknown' }
  } catch {
    return {}
  }
}

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

import { parseRedisUrl } from '../src/connection/redis-url.ts'
import { findOrInstall, runs } from './find-or-install.ts'

/** A real server on a port and in a folder of its own. */
export interface TestServer {
  readonly url: string
  readonly port: number
  /** Where it keeps its files. */
  readonly folder: string
  /** Kills it, as a power cut would; resolves when it is gone. */
  kill(): Promise<void>
  /** Suspends the process, or continues it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Starts it again on the same port and data, with these options in place of the first ones if given. */
  restart(...options: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** The server, if there is one. */
export const program = findOrInstall('redis-server', () =>
  ['redis-server', 'valkey-server'].find((name) => runs(name, '--version')),
)

/** Why suites that need a server are skipped, if they are. */
export const missing: string | undefined = program
  ? undefined
  : 'no redis-server or valkey-server on the PATH: `apt-get install -y redis-server` would enable this'

/** Starts a server; without other options it keeps every acknowledged write. */
export async function startServer(...options: readonly string[]): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-redis-'))
  const kept = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const first = await launchAnywhere([...kept, ...options])
  const { port } = first
  const args = ['--port', `${port}`, ...kept]
  let { child } = first
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    kill: () => end(child, 'SIGKILL'),
    signal: (name) => void child.kill(name),
    restart: async (...others) => {
      child = await launch([...args, ...(others.length > 0 ? others : options)])
    },
    stop: async () => {
      await end(child, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A client of ioredis with options, which its types accept no URL beside. */
export function connected(url: string, options: RedisOptions): Redis {
  return new Redis({ ...parseRedisUrl(url), ...options } as RedisOptions & { replyMapping?: 'legacy' })
}

/** Launches a server on a free port: on another one if somebody else takes it, or that of the cluster, meanwhile. */
async function launchAnywhere(args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  for (;;) {
    const port = await freePort()
    try {
      return { port, child: await launch(['--port', `${port}`, ...args]) }
    } catch (error) {
      if (!String(error).includes('Address already in use')) throw error
    }
  }
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program ?? 'redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`The server ended with ${code}: ${output}`)))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('Ready to accept connections')) resolve()
    })
  })
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

/** A node of a cluster also listens 10,000 above its port. */
const highestPort = 55_535

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await anyPort()
    if (port <= highestPort) return port
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

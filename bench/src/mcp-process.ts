import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** An MCP server as a process, and a client of it that costs next to nothing. */
export interface McpProcess {
  /** Calls a tool. @throws when it fails. */
  call(name: string, args: object): Promise<Record<string, unknown>>
  /** The processor time that the server has used, in nanoseconds; only Linux tells. */
  readonly usedNs: (() => number) | undefined
  close(): Promise<void>
}

interface Answer {
  readonly id?: number
  readonly error?: { readonly message: string }
  readonly result?: {
    readonly isError?: boolean
    readonly structuredContent?: Record<string, unknown>
    readonly content?: unknown
  }
}

const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } }

/** Starts `skein mcp` on a store. */
export function startOurs(store: string, ...args: readonly string[]): Promise<McpProcess> {
  const cli = join(import.meta.dirname, '../../packages/skein/src/cli.ts')
  return start([cli, 'mcp', '--store', store, '--as', 'bench', ...args], {})
}

/** Starts the official memory server on a file; `undefined` where it is not installed. */
export async function startOfficial(file: string): Promise<McpProcess | undefined> {
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js')
  } catch {
    process.stderr.write('@modelcontextprotocol/server-memory is left out: it is not installed.\n')
    return undefined
  }
  return start([entry], { MEMORY_FILE_PATH: file })
}

async function start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<McpProcess> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    waiting.get(answer.id ?? 0)?.(answer)
    waiting.delete(answer.id ?? 0)
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ask = async (method: string, params: object): Promise<Answer> => {
    const id = (lastId += 1)
    const { promise, resolve } = Promise.withResolvers<Answer>()
    waiting.set(id, resolve)
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return Promise.race([promise, gone.then(() => Promise.reject(new Error('The server has ended.')))])
  }
  await ask('initialize', initialize)
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
  return {
    call: async (name, args_) => {
      const { error, result } = await ask('tools/call', { name, arguments: args_ })
      if (error || result?.isError) throw new Error(error?.message ?? JSON.stringify(result?.content))
      return result?.structuredContent ?? {}
    },
    usedNs: process.platform === 'linux' ? () => usedNs(child.pid ?? 0) : undefined,
    close: async () => {
      child.stdin.end()
      await gone
    },
  }
}

/** Source: proc_pid_stat(5); the clock ticks 100 times a second on all of Linux that Node runs on. */
function usedNs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) * 1e7
}

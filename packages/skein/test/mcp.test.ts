import { join, resolve } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { folderForAll } from './sample-memory.ts'
import { skein, startSkein } from './run-skein.ts'

const folder = folderForAll()

describe('skein mcp --print-config', () => {
  const args = ['mcp', '--store', 'a "store".db', '--as', 'ann', '--clearance', 'internal', '--compartment', 'sales']
  const launch = {
    command: 'npx',
    args: [
      '-y',
      'skein',
      'mcp',
      '--store',
      resolve(folder, 'a "store".db'),
      '--as',
      'ann',
      '--clearance',
      'internal+sales',
    ],
  }

  it.each([
    ['claude', { mcpServers: { skein: launch } }],
    ['cursor', { mcpServers: { skein: launch } }],
    ['vscode', { servers: { skein: { type: 'stdio', ...launch } } }],
  ])('prints one line of JSON for %s', async (client, expected) => {
    const { stdout, code } = await skein([...args, '--print-config', client], folder)
    expect([code, stdout.trimEnd().split('\n').length, JSON.parse(stdout)]).toEqual([0, 1, expected])
  })

  it('prints TOML for codex', async () => {
    const { stdout } = await skein([...args, '--print-config', 'codex'], folder)
    expect(stdout).toBe(`[mcp_servers.skein]\ncommand = "npx"\nargs = ${JSON.stringify(launch.args)}\n`)
  })

  it('prints arguments that the command takes', async () => {
    const { stdout } = await skein(['mcp', '--as', 'ann', '--print-config', 'cursor', '--compat', 'memory'], folder)
    const { mcpServers } = JSON.parse(stdout) as { mcpServers: { skein: typeof launch } }
    const { ended, child } = startSkein(mcpServers.skein.args.slice(2), folder)
    child.stdin?.end('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')
    const answer = await ended
    expect([answer.code, answer.stderr]).toEqual([0, ''])
    expect(answer.stdout).toContain('create_entities')
  })
})

describe('skein mcp', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  const remember = (id: number, text: string): object => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'remember', arguments: { text } },
  })

  it('answers all that was asked before its input ended, what it can not take too, and writes nothing else', async () => {
    const { child, ended } = startSkein(['mcp', '--store', 'piped.db', '--as', 'ann'], folder)
    const lines = [
      JSON.stringify(initialize),
      'garbage',
      '[]',
      `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"${'y'.repeat(9_000_000)}"}}`,
      JSON.stringify({ ...initialize, id: 8, method: 'no/such' }),
      ...Array.from({ length: 20 }, (_, count) => JSON.stringify(remember(100 + count, `note ${count}`))),
    ]
    child.stdin?.end(lines.join('\n'))
    const { stdout, stderr, code } = await ended
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: number; error?: { code: number }; result?: object })
    expect([code, stderr]).toEqual([0, ''])
    expect(answers.filter(({ id, result }) => (id ?? 0) >= 100 && result)).toHaveLength(20)
    const errors = answers.flatMap(({ error }) => error?.code ?? []).toSorted((a, b) => a - b)
    expect(errors).toEqual([-32_700, -32_700, -32_601, -32_600])
  })

  it('ends when it is interrupted, with what it acknowledged kept', async () => {
    const { child, ended } = startSkein(['mcp', '--store', 'ended.db', '--as', 'ann'], folder)
    child.stdin?.write(`${JSON.stringify(initialize)}\n${JSON.stringify(remember(2, 'kept'))}\n`)
    let seen = ''
    child.stdout?.on('data', (part: string) => {
      seen += part
      if (seen.includes('observations/')) child.kill('SIGTERM')
    })
    expect(await ended).toMatchObject({ signal: null })
    await using memory = await openMemory({ store: sqliteStore(join(folder, 'ended.db')) })
    const { items } = await memory.as({ id: 'test', role: 'test' }).observations.list()
    expect(items).toMatchObject([{ value: 'kept', author: 'ann' }])
  })

  it.each([
    [['mcp', '--port', '3000'], '--http'],
    [['mcp', '--http', '--print-config', 'claude'], 'address'],
    [['mcp', 'token', 'revoke'], 'needs the id'],
    [['mcp', 'token', 'list', 'x'], 'takes no id'],
    [['mcp', 'token', 'list', '--store', 'absent.db'], 'does not exist'],
    [['mcp', 'token', 'make'], 'Allowed choices'],
    [['mcp', 'token', 'create', '--days', '0'], 'skein mcp token --help'],
    [['mcp', '--clearance', 'secret'], 'Expected public'],
    [['import', 'absent.md'], 'does not exist'],
  ])('says what is wrong: %j', async (args, message) => {
    const { stdout, stderr, code } = await skein(args, folder)
    expect([stdout, stderr, code === 0]).toEqual(['', expect.stringContaining(message), false])
  })
})

describe('skein mcp token', () => {
  const store = ['--store', 'tokens.db']

  it('makes a token that works over HTTP, lists it, and revokes it', async () => {
    const client = ['--as', 'ann', '--role', 'research', '--clearance', 'internal', '--compartment', 'sales']
    const { stdout } = await skein(['mcp', 'token', 'create', ...client, '--days', '2', '--json', ...store], folder)
    const made = JSON.parse(stdout) as { id: string; token: string }
    expect(made).toMatchObject({
      principal: { id: 'ann', role: 'research', clearance: { level: 'internal', compartments: ['sales'] } },
    })
    const { child, ended } = startSkein(['mcp', '--http', ...store], folder)
    const url = await new Promise<string>((found) => child.stdout?.once('data', (text: string) => found(text.trim())))
    const ask = async (): Promise<number> => {
      const headers = {
        authorization: `Bearer ${made.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
      const response = await fetch(url, { method: 'POST', headers, body })
      await response.text()
      return response.status
    }
    expect(await ask()).toBe(200)
    const listed = await skein(['mcp', 'token', 'list', ...store], folder)
    expect(listed.stdout).toMatch(new RegExp(`^${made.id} {2}ann \\(research\\), internal\\+sales, until 20`))
    expect(await skein(['mcp', 'token', 'revoke', made.id, ...store], folder)).toMatchObject({ code: 0 })
    // Another process revoked it: the server hears of that from the memory.
    await expect.poll(ask, { timeout: 30_000 }).not.toBe(200)
    expect(await ask()).toBe(401)
    child.kill('SIGINT')
    expect((await ended).stdout.trim()).toBe(url)
  })
})

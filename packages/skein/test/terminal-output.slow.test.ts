import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { beforeAll, describe, expect, it } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { cli, skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { folderForAll } from './sample-memory.ts'

/** A real terminal for a program, where the system has the command `script`. */
const hasTerminal = spawnSync('script', ['--version']).status === 0
/** What the command itself draws with: bold, dim and cyan, going up and erasing, and the line ends of a terminal. */
// oxlint-disable-next-line no-control-regex -- these are looked for
const ownSequences = /\u001B\[(?:1|2|22|36|39)m|\u001B\[\d+F\u001B\[J|\r\u001B\[K|\r(?=\n)/g

/** Clears the screen, sets the title, colors by C1 codes, reverses the order, breaks lines, hides letters. */
const evil =
  '\u001B[2J\u001B]0;pwned\u0007\u001BPq\u001B\\\u009B31m\u009D0;x\u009C\u202E\u2066\u061C\u200Fa\r\n\u0085\u2028\u2029b\u{E0041}\u200B\u2060\uFEFF\u00AD\u3164\u007F\b'
/** Everything but line breaks and tabs that moves, hides or reorders; emoji and joiners don't occur here. */
const harmful = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u

const folder = folderForAll()
const store = `store${evil}.db`
const document = `geese${evil}.txt`
/** The document's words between which the harmful characters stand. */
const text = Array.from(
  { length: 12 },
  (_, day) => `On day ${day} the ${evil} geese flew south over the wide lake with their ${evil} young.`,
).join('\n')
let object = ''
const questions: string[] = []

beforeAll(async () => {
  writeFileSync(join(folder, document), text)
  await fill()
  copyFileSync(join(folder, store), join(folder, 'plain.db'))
})

/** Writes harmful text into every field that agents fill in. */
async function fill(): Promise<void> {
  await using memory = await openMemory({ store: sqliteStore(join(folder, store)) })
  const eve = memory.as({ id: `eve${evil}`, role: evil })
  const meta = { task: `task${evil}`, tags: [`tag${evil}`] }
  await eve.facts.set(`key${evil}`, { [evil]: evil }, meta)
  await eve.observations.log({ value: `geese ${evil}`, ...meta })
  await eve.decisions.record({ decision: evil, reasoning: `geese ${evil}`, ...meta })
  await eve.learnings.log({ signal: 'success', context: { [evil]: evil }, details: `geese ${evil}` })
  object = (await eve.objects.put(`text ${evil}`, { ...meta, mediaType: 'text/plain;x=\u001B[31m' })).id
  await eve.objects.put({ [evil]: evil }, { derivedFrom: [{ id: object }], ...meta })
  for (let count = 0; count < 8; count += 1) {
    questions.push(
      (await eve.escalations.open({ ...meta, reason: evil, question: `${count}${evil}`, assignedTo: evil })).id,
    )
  }
  await eve.once(`kind${evil}/v1`, async () => evil)
}

interface Row {
  readonly args: readonly string[]
  /** @defaultValue 0 */
  readonly code?: number
  /** Runs until it is interrupted; this is the text of its first output. */
  readonly until?: RegExp
  readonly env?: NodeJS.ProcessEnv
}

const inStore = ['--store', store]
const twice = (...args: readonly string[]): Row[] => [{ args }, { args: [...args, '--json'] }]
const answers = (...args: readonly string[]): Row[] => {
  return [[], ['--json']].map((more) => ({
    args: ['answer', questions.pop() ?? '', ...args, '--as', `bob${evil}`, ...more, ...inStore],
  }))
}

/** What is run of each command. A command without a row fails. */
const rows: Readonly<Record<string, () => readonly Row[]>> = {
  run: () => [
    ...twice('run', document, '--question', `Where did the geese fly${evil}?`, '--store', `run${evil}.db`),
    ...twice('run', document, '--store', `other${evil}.db`),
    { args: ['run', `absent${evil}`], code: 1 },
    { args: ['run', document, '--model', evil], code: 2 },
    { args: ['run', document, '--space', evil], code: 2 },
  ],
  ask: () => [
    ...twice('ask', 'What about geese?', `What${evil}?`, '--as', evil, ...inStore),
    { args: ['ask', 'Who?', '--store', `absent${evil}`], code: 1 },
  ],
  init: () => [
    ...twice('init', '--store', `new${evil}.db`),
    { args: ['init', '--store', `absent${evil}/x.db`], code: 1 },
  ],
  worker: () => [
    { args: ['worker', '--store', `absent${evil}.db`], code: 1 },
    { args: ['worker', '--store', 'redis://127.0.0.1:1', '--activities', `absent${evil}`], code: 1 },
    { args: ['worker', '--store', evil, '--threads', evil], code: 2 },
  ],
  workers: () => [
    { args: ['workers', '--store', `absent${evil}.db`], code: 1 },
    { args: ['workers', '--store', 'redis://127.0.0.1:1', '--queue', evil], code: 2 },
  ],
  dashboard: () => [
    { args: ['dashboard', ...inStore], until: /http/ },
    { args: ['dashboard', '--json', ...inStore], until: /http/ },
    { args: ['dashboard', '--store', `absent${evil}`], code: 1 },
  ],
  mcp: () => [
    { args: ['mcp', '--print-config', 'claude', '--as', 'eve', ...inStore] },
    { args: ['mcp', '--http', ...inStore], until: /http/ },
    ...twice('mcp', 'token', 'create', '--as', evil, '--role', evil, '--compartment', evil, ...inStore),
    ...twice('mcp', 'token', 'list', ...inStore),
    { args: ['mcp', 'token', 'revoke', evil, ...inStore], code: 1 },
    { args: ['mcp', '--compat', evil], code: 2 },
  ],
  import: () => {
    writeFileSync(join(folder, `notes${evil}.md`), `# ${evil}\n\ngeese ${evil}`)
    writeFileSync(
      join(folder, 'broken.jsonl'),
      `{"type":"entity","name":"x","entityType":"y","observations":[]}\n${evil}`,
    )
    return [
      ...twice('import', `notes${evil}.md`, '--as', evil, ...inStore),
      { args: ['import', 'broken.jsonl', ...inStore], code: 1 },
      { args: ['import', `absent${evil}`, ...inStore], code: 1 },
    ]
  },
  ls: () => [
    ...twice('ls', ...inStore),
    ...['facts', 'observations', 'decisions', 'learnings', 'objects', 'escalations', 'work'].flatMap((collection) =>
      twice('ls', collection, '--limit', '1', ...inStore),
    ),
    ...twice('ls', 'facts', '--tag', evil, '--as', evil, '--role', evil, ...inStore),
    { args: ['ls', evil, ...inStore], code: 2 },
  ],
  get: () => [
    ...twice('get', 'facts', 'key…', ...inStore),
    ...twice('get', 'objects', object, ...inStore),
    { args: ['get', 'facts', evil, ...inStore], code: 1 },
    { args: ['get', 'facts', 'key…', '--raw', ...inStore], code: 1 },
  ],
  search: () => twice('search', 'geese', ...inStore),
  diff: () => [
    ...twice('diff', '--since', '1h', ...inStore),
    { args: ['diff', '--since', evil, ...inStore], code: 2 },
    { args: ['diff', '--since', '40d', '--task', evil, ...inStore], code: 1 },
  ],
  tail: () => [
    { args: ['tail', '--after', '0', ...inStore], until: /kind/ },
    { args: ['tail', '--after', '0', '--json', ...inStore], until: /kind/ },
  ],
  inbox: () => [...twice('inbox', ...inStore), ...twice('inbox', questions[0] ?? '', ...inStore)],
  answer: () => [
    ...answers(`yes${evil}`),
    ...answers('--decline', `no${evil}`),
    ...answers('--hand-back', `ask${evil}`),
    { args: ['answer', evil, 'yes', '--as', 'bob', ...inStore], code: 1 },
  ],
  retract: () => [
    { args: ['retract', `observations/absent${evil}`, '--reason', evil, '--as', evil, ...inStore], code: 1 },
    { args: ['retract', evil, '--reason', evil, ...inStore], code: 2 },
  ],
  supersede: () => [
    {
      args: ['supersede', `observations/a${evil}`, '--by', `observations/b${evil}`, '--as', evil, ...inStore],
      code: 1,
    },
    { args: ['supersede', evil, '--by', evil, ...inStore], code: 2 },
  ],
  confirm: () => [{ args: ['confirm', `observations/absent${evil}`, '--as', evil, ...inStore], code: 1 }],
  forget: () => [
    { args: ['forget', 'work/*', ...inStore], code: 1 },
    { args: ['forget', 'work/*', '--json', '--yes', ...inStore] },
    { args: ['forget', `work/absent${evil}`, '--yes', ...inStore], code: 1 },
    { args: ['forget', evil, '--yes', ...inStore], code: 1 },
  ],
  touch: () => [
    ...twice('touch', 'key…', '--ttl', '1h', ...inStore),
    { args: ['touch', evil, '--ttl', '1h', ...inStore], code: 1 },
    { args: ['touch', 'key…', '--ttl', evil, ...inStore], code: 2 },
  ],
  hold: () => [
    ...twice('hold', '--subject', `x${evil}`, '--reason', `y${evil}`, '--right', 'hold', ...inStore),
    { args: ['hold', evil, '--reason', 'x', '--right', 'hold', ...inStore] },
    { args: ['hold', '--subject', evil, '--reason', evil, ...inStore], code: 1 },
  ],
  release: () => [{ args: ['release', evil, '--reason', evil, '--right', 'hold', ...inStore], code: 1 }],
  audit: () => [
    ...twice('audit', '--right', 'audit', ...inStore),
    { args: ['audit', '--right', 'audit', '--json-lines', ...inStore] },
  ],
  agents: () => [...twice('agents', ...inStore), { args: ['agents', '--check', document, ...inStore], code: 1 }],
  order: () => [
    { args: ['order', 'pause', `nobody${evil}`, '--as', `bob${evil}`, '--right', 'control', ...inStore], code: 1 },
    { args: ['order', 'send', 'nobody', evil, '--as', 'bob', '--right', 'control', ...inStore], code: 1 },
    { args: ['order', evil, 'nobody', '--as', 'bob'], code: 2 },
  ],
  runs: () => twice('runs', ...inStore),
  stats: () => twice('stats', ...inStore),
  doctor: () => [...twice('doctor', store), { args: ['doctor', document], code: 1 }],
  backup: () => [
    ...twice('backup', store, `copy${evil}.db`, '--overwrite'),
    { args: ['backup', `absent${evil}`, 'x'], code: 1 },
  ],
  restore: () => [
    ...twice('restore', 'plain.db', `restored${evil}.db`, '--overwrite'),
    { args: ['restore', document, 'x'], code: 1 },
  ],
  migrate: () => [...twice('migrate', store), { args: ['migrate', document], code: 1 }],
  completion: () => [
    ...['bash', 'zsh', 'fish'].map((shell) => ({ args: ['completion', shell] })),
    { args: ['completion', evil], code: 2 },
  ],
}

async function outcomeOf({ args, until, env }: Row): Promise<Ended> {
  if (!until) return skein(args, folder, env)
  const { child, ended } = startSkein(args, folder, env)
  let seen = ''
  child.stdout?.on('data', (part: string) => {
    seen += part
    if (until.test(seen)) child.kill('SIGINT')
  })
  return ended
}

/** What a command writes to a terminal. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const quoted = [process.execPath, cli, ...args].map((arg) => `'${arg.replaceAll("'", String.raw`'\\''`)}'`)
  const child = spawn('script', ['--quiet', '--return', '--command', quoted.join(' '), '/dev/null'], {
    cwd: folder,
    env: {
      ...process.env,
      TERM: 'xterm',
      CI: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      SHELL: '/bin/sh',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (shown += part))
  const [code] = (await once(child, 'close')) as [number]
  expect({ args, code, shown }).toEqual({ args, code: 0, shown })
  return shown
}

async function expectHarmless(row: Row): Promise<void> {
  const { code, stdout, stderr } = await outcomeOf(row)
  const { args } = row
  if (!row.until) expect({ args, code, stderr }).toEqual({ args, code: row.code ?? 0, stderr })
  expect({ args, found: harmful.exec(stdout + stderr) }).toEqual({ args, found: null })
  expect(stdout + stderr).not.toBe('')
  if (args.some((arg) => arg.startsWith('--json'))) for (const line of stdout.trimEnd().split('\n')) JSON.parse(line)
}

describe('what a command prints', () => {
  it('is tried for every command that there is', async () => {
    const { stdout } = await skein(['--help'], folder)
    const [, list = ''] = stdout.split('Commands:\n')
    const names = Array.from(list.matchAll(/^ {2}([a-z]+) /gm), ([, name]) => name)
    expect(names.filter((name) => name !== 'help')).toEqual(Object.keys(rows))
  })

  it.each(Object.keys(rows))('obeys no document, name, record or argument: %s', async (name) => {
    for (const row of rows[name]?.() ?? []) await expectHarmless(row)
  })

  it('obeys no misuse either', async () => {
    for (const args of [
      [evil],
      [`--${evil}`],
      ['help', evil],
      ['ls', `--${evil}`],
      ['ls', '--limit', evil, ...inStore],
    ]) {
      await expectHarmless({ args, code: 2 })
    }
  })

  it.skipIf(!hasTerminal)(
    'obeys nothing on a real terminal, where it redraws its progress (needs script)',
    async () => {
      const rowsOfReaders = [
        ['run', document, '--question', `Where did the geese fly${evil}?`, '--store', `terminal${evil}.db`],
        ['ls', 'facts', ...inStore],
        ['inbox', ...inStore],
        ['doctor', store],
        ['backup', store, `terminal-copy${evil}.db`],
      ]
      for (const args of rowsOfReaders) {
        const shown = await onTerminal(args)
        expect(shown).toContain('\u001B[')
        expect({ args, found: harmful.exec(shown.replaceAll(ownSequences, '')) }).toEqual({ args, found: null })
      }
    },
  )

  it('comes through --json exactly', async () => {
    const { stdout } = await skein(['run', document, '--json', '--store', 'exact.db'], folder)
    const { summary } = JSON.parse(stdout) as {
      summary: readonly { text: string; citations: readonly { source: string; start: number; end: number }[] }[]
    }
    expect(summary.length).toBeGreaterThan(0)
    for (const { text: quote, citations } of summary) {
      expect(citations.map(({ source }) => source)).toContain(document)
      expect(citations.map(({ start, end }) => text.slice(start, end))).toContain(quote)
    }
  })

  it('obeys no model', async () => {
    await using server = await OpenAIServer.start({ key: 'sk-x' })
    const env = { OPENAI_API_KEY: 'sk-x' }
    const oneLine = evil.replaceAll(/[\r\n\u0085\u2028\u2029]/g, '')
    writeFileSync(join(folder, 'quoted.txt'), text.replaceAll(evil, oneLine))
    const model = ['--model', 'openai:gpt-test', '--base-url', server.url, '--api-key-env', 'OPENAI_API_KEY']
    for (const { args } of twice('run', 'quoted.txt', ...model, '--store', 'model.db'))
      await expectHarmless({ args, env })
  })
})

import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

import type { Ended } from './project.ts'

/** A page, and the command lines that it shows in blocks marked `sh`, in order. */
export interface CommandPage {
  /** Its path in the repository. */
  readonly page: string
  readonly lines: readonly string[]
  /** The files that it tells readers to save, by name. */
  readonly files: Readonly<Record<string, string>>
}

/** Where the commands of pages run. */
export interface Shell {
  /** The repository, which has the files that the commands read. */
  readonly root: string
  /** An empty folder. */
  readonly folder: string
  /** The file that is Node.js. */
  readonly node: string
  /** The address of a registry that has the packages. */
  readonly registry: string
  /** The address of a server of its own, in place of the one on the usual port. */
  readonly redis: string
}

/**
 * The pages that show commands. Blocks marked `sh no-run` want a key, a person, another program or a running flock;
 * those marked `sh recipe` run as recipes; transcripts are blocks of `text`.
 */
export function commandPages(root: string): readonly CommandPage[] {
  const files = globSync(['README.md', 'packages/*/README.md', 'docs/guide/*.md'], { cwd: root }).toSorted()
  return files.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const blocks = Array.from(text.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block = '']) => block)
    const lines = blocks.flatMap((block) =>
      block
        .replaceAll(/ *\\\n */g, ' ')
        .trim()
        .split('\n'),
    )
    const saved = text.matchAll(/^```ts part\n(\/\/ (\S+)\n[^]*?)^```$/gm)
    const shown = Array.from(saved, ([, code = '', name = '']) => [name, code] as const)
    return lines.length === 0 ? [] : [{ page, lines, files: Object.fromEntries(shown) }]
  })
}

/**
 * Runs the commands of a page as somebody who follows it: in a folder with the files that they name, with an empty home.
 *
 * @returns the first command that failed, with its output; `undefined` when all ran.
 */
export async function runCommands({ page, lines, files }: CommandPage, shell: Shell): Promise<string | undefined> {
  const folder = mkdtempSync(join(shell.folder, 'page-'))
  const texts = { ...given, 'memory.ts': memories(ownPackages(shell)), ...files }
  for (const [name, text] of Object.entries(texts)) write(join(folder, name), text)
  const report = join(shell.root, 'examples', 'data', '1981_jimmy_carter_d.txt')
  for (const name of ['report.txt', 'report.md', 'minutes.md']) copyFileSync(report, join(folder, name))
  // A page that installs nothing is about an app that has its packages.
  if (!lines.some((line) => line.includes('npm install'))) symlinkSync(ownPackages(shell), join(folder, 'node_modules'))
  const env = environmentOf(shell)
  for (const line of ['node memory.ts', ...lines]) {
    const own = line.replaceAll('redis://localhost:6379', shell.redis)
    const { code, output } = await (serves.test(line) ? runServer : runToEnd)(own, folder, env)
    if (code !== 0) return `${page}: ${line}\n${output}`
  }
  return undefined
}

/** Installs the command, for all pages. @returns what went wrong. */
export async function installCommand(shell: Shell): Promise<string | undefined> {
  const { code, output } = await runToEnd('npm install --global skein', shell.folder, environmentOf(shell))
  return code === 0 ? undefined : output
}

/** The packages that came with the command. */
function ownPackages({ folder }: Shell): string {
  return join(folder, 'global', 'lib', 'node_modules', 'skein', 'node_modules')
}

/** Makes the memories that commands look at. */
const memories = (packages: string): string => `import { mkdirSync } from 'node:fs'
import { openMemory } from '${packages}/@skein/memory/dist/index.js'
import { sqliteStore } from '${packages}/@skein/sqlite/dist/index.js'

mkdirSync('.skein')
for (const file of ['.skein/memory.db', 'flock.db', 'team.db']) {
  const memory = await openMemory({ store: sqliteStore(file) })
  await memory.as({ id: 'bob', role: 'sales' }).facts.set('status', 'for sale')
  await memory.close()
}
`

/** What guides take for granted: memories, activities, agents, the file of another memory server. */
const given: Readonly<Record<string, string>> = {
  // In a checkout, `npx -y pnpm@12 skein` runs this script.
  'package.json': '{ "private": true, "type": "module", "scripts": { "skein": "skein" } }',
  'memory.jsonl': '{"type":"entity","name":"Acme","entityType":"company","observations":["It sells anvils."]}\n',
  'report.ts': "import { activity } from '@skein/core'\n\nexport const count = activity((_, text) => text.length)\n",
  'orders.ts': `import { behavior, durable } from '@skein/core'

export const order = durable(behavior({ role: 'order', initial: 0, receive: (n) => n + 1 }), { name: 'order', mailbox: 'durable' })
`,
  'src/agents.ts': "export { order } from '../orders.ts'\n",
}

/** Commands that go on until they are interrupted. */
const serves = /skein (?:dashboard|worker|mcp --http)|--dashboard/
/** What they print when nothing is left for them to do but to serve. */
const isReady = /Ctrl-C/

function environmentOf({ folder, node, registry }: Shell): NodeJS.ProcessEnv {
  const prefix = join(folder, 'global')
  const home = join(folder, 'home')
  for (const path of [prefix, home]) mkdirSync(path, { recursive: true })
  return {
    ...process.env,
    PATH: [dirname(node), join(prefix, 'bin'), process.env['PATH']].join(delimiter),
    HOME: home,
    NO_COLOR: '1',
    CI: '1',
    npm_config_registry: registry,
    npm_config_prefix: prefix,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
}

async function runToEnd(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const { code, output } = await endOf(start(line, cwd, env))
  return { code, output }
}

/** Runs a command until it is ready, then presses Ctrl-C. */
async function runServer(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = start(line, cwd, env)
  let isInterrupted = false
  const { code, signal, output } = await endOf(child, (text) => {
    if (isInterrupted || !isReady.test(text)) return
    // Once: a second Ctrl-C ends work that is running.
    isInterrupted = true
    interrupt(child)
  })
  // `npx` dies of the signal, whatever its command makes of it.
  return { code: isInterrupted && signal === 'SIGINT' ? 0 : isInterrupted ? code : 1, output }
}

type Command = ChildProcessByStdio<null, Readable, Readable>

function start(line: string, cwd: string, env: NodeJS.ProcessEnv): Command {
  return spawn('bash', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function endOf(
  child: Command,
  hear: (output: string) => void = () => {},
): Promise<Ended & { readonly signal: NodeJS.Signals | null }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += String(piece)
      hear(output)
    })
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, output: output.trim() }
}

/** As a terminal does: the whole group gets the signal. */
function interrupt({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

import { freePort } from './project.ts'
import type { Ended } from './project.ts'
import { ShellLine } from './shell-line.ts'

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
  const shown = ['README.md', 'packages/*/README.md', 'packages/create-skein/templates/*/README.md', 'docs/guide/*.md']
  const files = globSync(shown, { cwd: root }).toSorted()
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
    const named = Array.from(saved, ([, code = '', name = '']) => [name, code] as const)
    return lines.length === 0 ? [] : [{ page, lines, files: Object.fromEntries(named) }]
  })
}

/**
 * Runs the commands of a page as somebody who follows it: in a folder with the files that they name, with an empty home.
 * The README of a template is followed in the project that it comes with.
 *
 * @returns the first command that failed, with its output; `undefined` when all ran.
 */
export async function runCommands({ page, lines, files }: CommandPage, shell: Shell): Promise<string | undefined> {
  const template = /templates\/(\w+)\//.exec(page)?.[1]
  const folder = mkdtempSync(join(shell.folder, 'page-'))
  const port = await freePort()
  const env = { ...environmentOf(shell), PORT: String(port) }
  const first = template === undefined ? 'node memory.ts' : `npm create skein@latest . -- --template ${template}`
  if (template === undefined) prepare(folder, files, shell)
  // A page that installs nothing is about an app that has its packages.
  if (!lines.some((line) => line.includes('npm install'))) symlinkSync(ownPackages(shell), join(folder, 'node_modules'))
  const servers: [string, ShellLine][] = []
  const wrong: string[] = []
  for (const line of [first, ...lines]) {
    const own = line.replace('redis://localhost:6379', shell.redis).replace('localhost:3000', `localhost:${port}`)
    const started = new ShellLine(own, folder, env)
    const isServer = serves.test(line)
    if (isServer && (await started.says(isReady))) servers.push([line, started])
    else note(line, isServer ? { ...(await started.end()), code: 1 } : await started.end())
    if (wrong.length > 0) break
  }
  // They go on while the rest of the page is followed.
  for (const [line, server] of servers) note(line, await server.interrupt())
  return wrong[0]

  function note(line: string, { code, output }: Ended): void {
    if (code !== 0) wrong.push(`${page}: ${line}\n${output}`)
  }
}

/** Makes what a page takes for granted. */
function prepare(folder: string, files: CommandPage['files'], shell: Shell): void {
  const texts = { ...given, 'memory.ts': memories(ownPackages(shell)), ...files }
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const report = join(shell.root, 'examples', 'data', '1981_jimmy_carter_d.txt')
  for (const name of ['report.txt', 'report.md', 'minutes.md']) copyFileSync(report, join(folder, name))
}

/** Installs the command, for all pages. @returns what went wrong. */
export async function installCommand(shell: Shell): Promise<string | undefined> {
  const { code, output } = await new ShellLine('npm install --global skein', shell.folder, environmentOf(shell)).end()
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
const serves = /skein (?:dashboard|worker|mcp --http)|--dashboard|^npm start$/
/** What they print when nothing is left for them to do but to serve. */
const isReady = /Ctrl-C|Listening on|Ready after/

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

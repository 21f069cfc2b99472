import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'

import type { Tarballs } from './pack.ts'

/** What a project is made of. */
export interface ProjectOptions {
  readonly manager: 'npm' | 'pnpm'
  readonly tarballs: Tarballs
  /** Beside the packed packages: versions by name. */
  readonly dependencies: Readonly<Record<string, string>>
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** The name under which a project has a version of Node.js. */
function nodeAlias(version: string): string {
  return `node-${version.replaceAll('.', '-')}`
}

/** A dependency that is a version of Node.js, without a script that has to be allowed. */
export function nodeDependency(version: string): Record<string, string> {
  const system = process.platform === 'win32' ? 'win' : process.platform
  return { [nodeAlias(version)]: `npm:node-${system}-${process.arch}@${version}` }
}

/** An empty project of a user, with the packed packages installed. */
export class Project {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async install(folder: string, { manager, tarballs, dependencies }: ProjectOptions): Promise<Project> {
    const project = new Project(folder)
    const packed = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]))
    const manifest = { name: 'consumer', private: true, type: 'module', dependencies: { ...packed, ...dependencies } }
    project.write({ 'package.json': JSON.stringify(manifest, undefined, 2) })
    if (manager === 'pnpm') {
      const overrides = Object.entries(packed).map(([name, path]) => `  '${name}': '${path}'\n`)
      const scripts =
        'allowBuilds:\n  bun: true\n  deno: true\n  esbuild: false\n  sharp: false\n  better-sqlite3: false\n  msgpackr-extract: false\n'
      project.write({ 'pnpm-workspace.yaml': `packages: []\noverrides:\n${overrides.join('')}${scripts}` })
    }
    const command =
      manager === 'npm' ? 'npm install --no-audit --no-fund' : 'npx -y pnpm@12 install --no-frozen-lockfile'
    const { code, output } = await project.run(command)
    if (code !== 0) throw new Error(`${command} failed:\n${output}`)
    return project
  }

  /** Writes files by their paths. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), text)
    }
  }

  /** Removes a file. */
  remove(path: string): void {
    rmSync(join(this.folder, path))
  }

  /** Another project with the same packages. */
  sibling(name: string): Project {
    const folder = join(this.folder, 'apps', name)
    rmSync(folder, { recursive: true, force: true })
    const sibling = new Project(folder)
    sibling.write({ 'package.json': JSON.stringify({ name, private: true, type: 'module' }) })
    return sibling
  }

  /** The file that is a version of Node.js. */
  node(version: string): string {
    const file = process.platform === 'win32' ? 'node.exe' : 'node'
    return join(this.#root, 'node_modules', nodeAlias(version), 'bin', file)
  }

  /** A file of an installed package. */
  tool(path: string): string {
    return join(this.#root, 'node_modules', path)
  }

  /**
   * Runs a command. A tool of the project goes by its name alone.
   *
   * @param version - Of the Node.js that is found as `node`; by default the one that runs this.
   */
  async run(command: string, version?: string): Promise<Ended> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: this.#env(version), timeout: 300_000, maxBuffer: 2 ** 26, shell: true }
      const child = execFile(command, options, (error, stdout, stderr) => {
        resolve({ code: error ? (child.exitCode ?? 1) : 0, output: `${stdout}${stderr}`.trim() })
      })
      child.stdin?.end()
    })
  }

  /** Starts a server, asks it once when it answers, and ends it. @param path - What to ask for. */
  async serve(command: string, path: string, version?: string): Promise<Ended> {
    const port = await freePort()
    const env = { ...this.#env(version), PORT: String(port) }
    const child = spawn(command, { cwd: this.folder, env, shell: true, detached: true, stdio: 'pipe' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += String(piece)))
    try {
      const answer = await ask(`http://127.0.0.1:${port}${path}`, child)
      return { code: answer.ok ? 0 : 1, output: `${await answer.text()}\n${answer.ok ? '' : output}`.trim() }
    } catch (error) {
      return { code: 1, output: `${String(error)}\n${output}` }
    } finally {
      if (child.pid !== undefined && child.exitCode === null) {
        const ended = once(child, 'exit')
        // It has started others: the whole group ends.
        process.kill(-child.pid, 'SIGTERM')
        await ended
      }
    }
  }

  get #root(): string {
    return this.folder.split(join('/', 'apps', '/'))[0] ?? this.folder
  }

  #env(version: string | undefined): NodeJS.ProcessEnv {
    const bins = [join(this.#root, 'node_modules', '.bin'), dirname(process.execPath)]
    const path = [...(version === undefined ? [] : [dirname(this.node(version))]), ...bins, process.env['PATH']]
    return { ...process.env, PATH: path.join(delimiter), NO_COLOR: '1', CI: '1', NEXT_TELEMETRY_DISABLED: '1' }
  }
}

async function ask(url: string, server: ChildProcess): Promise<Response> {
  for (const deadline = Date.now() + 60_000; ;) {
    try {
      return await fetch(url)
    } catch (error) {
      if (Date.now() > deadline || server.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** A port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

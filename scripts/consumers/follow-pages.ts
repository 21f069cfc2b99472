import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'

import type { Tarballs } from './pack.ts'
import { freePort } from './project.ts'
import type { Project } from './project.ts'
import { Registry } from './registry.ts'
import { commandPages, installCommand, runCommands } from './shown-commands.ts'

/** Pages whose commands need neither a server nor much time. */
export const firstPages: readonly string[] = ['docs/guide/getting-started.md', 'packages/create-skein/README.md']

/**
 * Runs all commands that the pages show, as they are written, one page after the other: some serve at the same port.
 *
 * @param project - Has the versions of Node.js.
 * @param only - The pages to follow; all by default.
 * @returns the first command of each page that failed; `undefined` when all ran.
 */
export async function followPages(
  project: Project,
  root: string,
  tarballs: Tarballs,
  version: string,
  only?: readonly string[],
): Promise<string | undefined> {
  const registry = await Registry.start(tarballs)
  const redis = only === undefined ? await startRedis() : undefined
  try {
    const folder = mkdtempSync(join(project.folder, `pages-${version}-`))
    const node = project.node(version)
    const shell = { root, folder, node, registry: registry.url, redis: redis?.url ?? 'redis://localhost:6379' }
    const wrong = [await installCommand(shell)]
    for (const page of commandPages(root)) {
      if (only === undefined || only.includes(page.page)) wrong.push(await runCommands(page, shell))
    }
    const told = wrong.filter((one) => one !== undefined)
    return told.length === 0 ? undefined : told.join('\n')
  } finally {
    redis?.server.kill()
    await registry.close()
  }
}

/** @throws when there is no `redis-server`. */
async function startRedis(): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const port = await freePort()
  const server = spawn('redis-server', ['--port', String(port), '--save', ''], { stdio: ['ignore', 'pipe', 'inherit'] })
  for (let said = ''; !said.includes('Ready to accept');) {
    const [piece] = (await Promise.race([once(server.stdout, 'data'), once(server, 'close')])) as [unknown]
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}:\n${said}`)
    said += String(piece)
  }
  return { url: `redis://127.0.0.1:${port}`, server }
}

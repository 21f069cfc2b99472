import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { join } from 'node:path'

/** How a run of the command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The command as it is published. */
export const cli: string = join(import.meta.dirname, '../dist/cli.js')

/** Starts the command as a process of its own. */
export function startSkein(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  options: SpawnOptions = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...args], {
    ...options,
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

/** Runs the command to its end. */
export function skein(
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
  options?: SpawnOptions,
): Promise<Ended> {
  return startSkein(args, cwd, env, options).ended
}

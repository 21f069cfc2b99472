import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { onTestFinished } from 'vitest'

import type { OnFinished } from './places.ts'

/** A child process that reads and writes lines. */
export interface Child {
  readonly pid: number
  /** Resolves to the next line with this beginning; lines that came earlier count. */
  line(beginning: string): Promise<string>
  say(line: string): void
  signal(name: NodeJS.Signals): void
  /** Resolves to the exit code, or to the signal that ended the process. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** Starts a fixture, which ends with the test. */
export function startChild(fixture: string, ...args: readonly string[]): Child {
  return startProgram(join(import.meta.dirname, 'fixtures', fixture), args)
}

/** Starts a fixture with more variables in its environment. */
export function startChildIn(env: NodeJS.ProcessEnv, fixture: string, ...args: readonly string[]): Child {
  return startProgram(join(import.meta.dirname, 'fixtures', fixture), args, onTestFinished, env)
}

/**
 * Starts a program, which ends with the test.
 *
 * @param onFinished - The hook of the test's context, which concurrent tests must use.
 */
export function startProgram(
  path: string,
  args: readonly string[],
  onFinished: OnFinished = onTestFinished,
  env: NodeJS.ProcessEnv = {},
): Child {
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const lines: string[] = []
  const waiting: { readonly beginning: string; resolve(line: string): void }[] = []
  createInterface(child.stdout).on('line', (line) => {
    const index = waiting.findIndex(({ beginning }) => line.startsWith(beginning))
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(line)
    else lines.push(line)
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? code)),
  )
  onFinished(async () => {
    // A stopped process reacts to no other signal.
    child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid ?? 0,
    ended,
    line: (beginning) => {
      const index = lines.findIndex((line) => line.startsWith(beginning))
      if (index >= 0) return Promise.resolve(lines.splice(index, 1)[0] ?? '')
      return new Promise((resolve) => waiting.push({ beginning, resolve }))
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
  }
}

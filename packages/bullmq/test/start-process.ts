import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

/** A process of a fixture. */
export interface StartedProcess {
  readonly child: ChildProcess
  /** The next line that begins with a word. @throws when it ends without one */
  next(word: string): Promise<string>
}

/** How a process is started, and what it says when it is ready. */
interface StartOptions {
  readonly args?: readonly string[]
  readonly word?: string
}

/** What a process works with: a server, as it is seen from where it runs. */
interface ProcessPlace {
  readonly url: string
  /** A command that has to stand before its own so that it runs there. */
  readonly within?: readonly string[]
}

/** Starts a process of a fixture until the test ends; resolves when it has said a line that begins with a word. */
export async function startProcess(
  name: string,
  { url, within = [] }: ProcessPlace,
  queue: string,
  { args = [], word = 'ready' }: StartOptions = {},
): Promise<StartedProcess & { readonly line: string }> {
  const file = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url))
  const [program, ...rest] = [...within, process.execPath, file, url, queue, ...args] as [string, ...string[]]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  })
  const lines = createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]()
  const next = async (begins: string): Promise<string> => {
    for (;;) {
      const { done, value } = await lines.next()
      if (done === true) throw new Error(`The ${name} ended without saying "${begins}".`)
      if (value.startsWith(begins)) return value
    }
  }
  return { child, next, line: await next(word) }
}

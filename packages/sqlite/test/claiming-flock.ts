import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import type { ClaimToken } from '@skein/memory/types'

import { numbersFrom } from './numbers-from.ts'
import type { Line } from './fixtures/claiming-process.ts'

/** All that one process said, in order, and how it ended. */
export interface History {
  readonly lines: readonly Line[]
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** When it was killed, if it was; Unix milliseconds. */
  readonly killedAt: number | undefined
}

/** What {@link ClaimingFlock} is made of. */
export interface ClaimingFlockOptions {
  readonly path: string
  readonly processes: number
  readonly tasks: number
  readonly leaseMs: number
  /** Called with each line that any process says. */
  readonly onLine: () => void
}

/**
 * Processes that work through the same tasks. At random they are killed and
 * replaced; those that say that they stop in the middle of a task are stopped
 * until somebody else has it.
 */
export class ClaimingFlock {
  readonly #options: ClaimingFlockOptions
  readonly #random = numbersFrom(0)
  readonly #running = new Set<ChildProcessWithoutNullStreams>()
  readonly #killedAt = new Map<ChildProcessWithoutNullStreams, number>()
  readonly #stopped = new Map<ChildProcessWithoutNullStreams, ClaimToken>()
  /** The highest fence that was heard of, by task. */
  readonly #newest = new Map<string, number>()
  #started = 0

  constructor(options: ClaimingFlockOptions) {
    this.#options = options
  }

  /** Resolves when every process has seen all tasks done. */
  async work(): Promise<History[]> {
    const places = Array.from({ length: this.#options.processes }, () => this.#fill())
    return (await Promise.all(places)).flat()
  }

  /** One process after the other, until one ends by itself. */
  async #fill(): Promise<History[]> {
    const histories: History[] = []
    do histories.push(await this.#run())
    while (histories.at(-1)?.signal === 'SIGKILL')
    this.#continue()
    return histories
  }

  async #run(): Promise<History> {
    const { path, tasks, leaseMs } = this.#options
    const number = (this.#started += 1)
    const script = join(import.meta.dirname, 'fixtures/claiming-process.ts')
    const child = spawn(process.execPath, [script, path, `p${number}`, ...[tasks, leaseMs, number].map(String)])
    this.#running.add(child)
    // A process that is to continue may have been killed.
    child.stdin.on('error', () => {})
    const lines: Line[] = []
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      this.#hear(child, line)
    })
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    this.#running.delete(child)
    this.#stopped.delete(child)
    return { lines, code, signal, stderr, killedAt: this.#killedAt.get(child) }
  }

  #hear(child: ChildProcessWithoutNullStreams, { event, task, fence = 0 }: Line): void {
    this.#options.onLine()
    if (event === 'taken') this.#newest.set(task, Math.max(fence, this.#newest.get(task) ?? 0))
    if (event === 'stopping') {
      child.kill('SIGSTOP')
      this.#stopped.set(child, { task, fence })
    }
    if (event !== 'busy' && this.#random() < 0.0025) {
      if (!this.#killedAt.has(child)) this.#killedAt.set(child, Date.now())
      child.kill('SIGKILL')
    }
    this.#continue()
  }

  /** Has those go on whose task has another owner by now; all of them when nobody is left who could take it. */
  #continue(): void {
    const isAlone = this.#stopped.size === this.#running.size
    for (const [child, { task, fence }] of this.#stopped) {
      if (!isAlone && (this.#newest.get(task) ?? 0) <= fence) continue
      this.#stopped.delete(child)
      child.stdin.write('go on\n')
      child.kill('SIGCONT')
    }
  }

  /** Ends what still runs. */
  kill(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }
}

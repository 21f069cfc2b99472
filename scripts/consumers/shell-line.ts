import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import type { Ended } from './project.ts'

/** A line of a shell at work, in a process group of its own. */
export class ShellLine {
  readonly #child: ChildProcess
  readonly #ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>
  #output = ''
  #hear: () => void = () => {}

  constructor(line: string, cwd: string, env: NodeJS.ProcessEnv) {
    const child = spawn('bash', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => {
        this.#output += String(piece)
        this.#hear()
      })
    }
    this.#child = child
    this.#ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  /** Resolves when it has printed something like this: true, or when it has ended without: false. */
  async says(words: RegExp): Promise<boolean> {
    const said = new Promise<void>((resolve) => {
      this.#hear = () => {
        if (words.test(this.#output)) resolve()
      }
      this.#hear()
    })
    await Promise.race([said, this.#ended])
    return words.test(this.#output)
  }

  async end(): Promise<Ended> {
    const [code] = await this.#ended
    return { code, output: this.#output.trim() }
  }

  /** Ends it as Ctrl-C does: the whole group gets the signal, once, since a second one ends work that is running. */
  async interrupt(): Promise<Ended> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT')
    const [code, signal] = await this.#ended
    // `npx` dies of the signal, whatever its command makes of it.
    return { code: signal === 'SIGINT' ? 0 : code, output: this.#output.trim() }
  }
}

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A dashboard in a process of its own, which can be killed with SIGKILL and started again on its port. */
export class KilledServer implements AsyncDisposable {
  readonly token: string = 'k'.repeat(40)
  readonly #path: string
  #child: ChildProcess | undefined
  #port = 0

  /** @param path - Of the SQLite database. */
  constructor(path: string) {
    this.#path = path
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get url(): string {
    return `${this.origin}/#token=${this.token}`
  }

  async start(): Promise<this> {
    const args = [join(import.meta.dirname, 'fixtures/serve.ts'), this.#path, `${this.#port}`, this.token]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [output] = (await Promise.race([
      once(this.#child.stdout as NodeJS.ReadableStream, 'data'),
      once(this.#child, 'exit'),
    ])) as [unknown]
    if (!(output instanceof Uint8Array)) throw new Error('The server did not start.')
    this.#port = Number(output.toString())
    return this
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Logs in; returns the cookie. */
  async login(): Promise<string> {
    const response = await fetch(`${this.origin}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin },
      body: JSON.stringify({ token: this.token }),
    })
    return response.headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

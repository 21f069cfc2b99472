import { once } from 'node:events'
import type { Readable } from 'node:stream'

import { startSkein } from '../../../../skein/test/run-skein.ts'

/** A command that serves a dashboard. */
export interface StartedDashboard extends AsyncDisposable {
  /** The link to the page. */
  readonly url: string
  /** Resolves to what the command printed when its run has ended. */
  readonly ended: Promise<string>
}

/** Starts `skein run … --dashboard` or `skein dashboard`. */
export async function startDashboard(args: readonly string[], folder: string): Promise<StartedDashboard> {
  const { child } = startSkein(args, folder)
  const gone = once(child, 'exit')
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    ;(child[name] as Readable).on('data', (text: string) => (output[name] += text))
  }
  const waitFor = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output.stdout + output.stderr)
        if (match) resolve(match[0])
      }
      child.stdout?.on('data', look)
      child.stderr?.on('data', look)
      child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${output.stderr}`)))
      look()
    })
  const ended = waitFor(/The run has ended/).then(() => output.stdout)
  // Only a run is waited for.
  ended.catch(() => {})
  return {
    url: await waitFor(/http:\/\/\S+#token=[\w-]+/),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

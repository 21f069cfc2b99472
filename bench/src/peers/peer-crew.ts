import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Order } from './peer-process.ts'

/** How long a process may take to answer before it counts as starved, in milliseconds. */
const patienceMs = 60_000

/** Processes with a cache each, of one library at one server. */
export interface PeerCrew {
  /** Tells all of them; resolves to their answers. */
  tell(order: Order): Promise<unknown[]>
  /** Stops the last of them where it is, or lets it go on. */
  signal(what: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

/** @param copies - Whether they keep copies, or ask the server each time. */
export async function openCrew(name: string, url: string, processes: number, copies = true): Promise<PeerCrew> {
  const children = Array.from({ length: processes }, (_, index) =>
    fork(join(import.meta.dirname, 'peer-process.ts'), [
      name,
      url,
      copies ? 'copies' : 'none',
      `${index}`,
      `${processes}`,
    ]),
  )
  await Promise.all(children.map(answer))
  return {
    tell: (order) =>
      Promise.all(
        children.map((child) => {
          const answered = answer(child)
          child.send(order)
          return answered
        }),
      ),
    signal: (what) => void children.at(-1)?.kill(what),
    close: async () => {
      await Promise.all(children.map(end))
    },
  }
}

async function answer(child: ChildProcess): Promise<unknown> {
  const control = new AbortController()
  const overdue = pause(patienceMs, undefined, { signal: control.signal }).then(() => {
    throw new Error('A process of a peer did not answer.')
  })
  const answered = once(child, 'message', { signal: control.signal }) as Promise<[{ answer?: unknown; error?: string }]>
  try {
    const [{ answer: said, error }] = await Promise.race([answered, overdue])
    if (error !== undefined) throw new Error(error)
    return said
  } finally {
    // One of the two has decided the race; what becomes of the other is heard of by nobody.
    overdue.catch(() => {})
    answered.catch(() => {})
    control.abort()
  }
}

/** One that starves can't be asked to end. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

/** How long a process may take to answer before it counts as starved, in milliseconds. */
const patienceMs = 60_000

/** Processes that each run one program, and do what they are told. */
export interface Crew<Order> {
  /** Tells all of them; resolves to their answers. */
  tell(order: Order): Promise<unknown[]>
  /** Stops the last of them where it is, or lets it go on. */
  signal(what: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

/**
 * Starts a program several times. Each process answers once when it is ready, and once to each order: with an `answer`
 * or an `error`.
 *
 * @param argsOf - The arguments of each process, by its index.
 */
export async function startCrew<Order extends object>(
  program: string,
  processes: number,
  argsOf: (index: number) => readonly string[],
): Promise<Crew<Order>> {
  const children = Array.from({ length: processes }, (_, index) => fork(program, argsOf(index)))
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
  const ended = once(child, 'exit', { signal: control.signal }).then(([code]) => {
    throw new Error(`A process of a peer ended with ${String(code)}.`)
  })
  const answered = once(child, 'message', { signal: control.signal }) as Promise<[{ answer?: unknown; error?: string }]>
  try {
    const [{ answer: said, error }] = await Promise.race([answered, overdue, ended])
    if (error !== undefined) throw new Error(error)
    return said
  } finally {
    // One of them has decided the race; what becomes of the others is heard of by nobody.
    for (const other of [overdue, ended, answered]) other.catch(() => {})
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

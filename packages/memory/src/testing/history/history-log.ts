import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'

import type { Call, Operation } from './history-operation.ts'

/** What is known of a call before it is made: everything but its times and its outcome. */
export type Invocation<Op extends Call = Operation> = Op extends Call ? Omit<Op, 'startedAt' | 'endedAt'> : never

/** A call that was noted and is under way. */
export interface PendingCall<Op extends Call = Operation> {
  /**
   * Notes that the call was answered, and what it told. A call whose outcome
   * nobody knows is left as it is.
   */
  complete(result: Partial<Invocation<Op>>): void
}

/** A file to which calls are noted. */
export interface HistoryLog<Op extends Call = Operation> extends Disposable {
  /** Notes a call that is about to be made. */
  invoke(operation: Invocation<Op>): PendingCall<Op>
  close(): void
}

/**
 * Opens a file for a history: one line of JSON before each call and one after
 * it, each written with one system call to the end of the file before anything
 * else happens. So whatever becomes of the process, every call that it began
 * stands there.
 *
 * Times are of the machine-wide monotonic clock (`process.hrtime`), so that the
 * files of several processes fit together; several may also share one file.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { checkHistory, openHistory, readHistory } from '@skein/memory/testing'
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'history-')), 'ann.jsonl')
 * using log = openHistory(path)
 * const call = log.invoke({ process: 'ann', key: 'k', type: 'write', value: 1 })
 * // … the write itself …
 * call.complete({ ok: true, version: 1 })
 * checkHistory(readHistory(path)) // => []
 * ```
 */
export function openHistory<Op extends Call = Operation>(path: string): HistoryLog<Op> {
  const file = openSync(path, 'a')
  const run = randomUUID().slice(0, 8)
  let calls = 0
  let isClosed = false
  const write = (line: object): void => void writeSync(file, `${JSON.stringify(line)}\n`)
  // Whoever wrote here before may have been killed in the middle of a line: an empty one after it says so.
  if (fstatSync(file).size > 0) writeSync(file, '\n\n')
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    closeSync(file)
  }
  return {
    invoke: (operation) => {
      const call = `${run}-${(calls += 1)}`
      write({ call, startedAt: `${process.hrtime.bigint()}`, ...operation })
      return {
        complete: (result) => write({ call, endedAt: `${process.hrtime.bigint()}`, ...result }),
      }
    },
    close,
    [Symbol.dispose]: close,
  }
}

/** A line of the file: one has the start, the other one the end, and both of them parts of the operation. */
interface Line {
  readonly call: string
  readonly startedAt?: string
  readonly endedAt?: string
}

/**
 * Reads what {@link openHistory} wrote, from any number of files, by the time
 * of the start. What was never completed has no `endedAt`. A line that was torn
 * when its process was killed is passed over.
 *
 * @throws SyntaxError for any other line that is no JSON.
 */
export function readHistory<Op extends Call = Operation>(...paths: readonly string[]): Op[] {
  const calls = new Map<string, object>()
  for (const path of paths) {
    for (const { call, startedAt, endedAt, ...told } of linesOf(path)) {
      const started = startedAt === undefined ? {} : { startedAt: BigInt(startedAt) }
      const ended = endedAt === undefined ? {} : { endedAt: BigInt(endedAt) }
      calls.set(call, { ...calls.get(call), ...told, ...started, ...ended })
    }
  }
  const history = [...calls.values()] as Op[]
  return history.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}

function* linesOf(path: string): Generator<Line, void, undefined> {
  // By bytes: a long history is more than one text can hold.
  const bytes = readFileSync(path)
  let from = 0
  while (from < bytes.length) {
    const found = bytes.indexOf('\n', from)
    const to = found === -1 ? bytes.length : found
    const text = bytes.toString('utf8', from, to)
    // The last one, or what an earlier run left behind.
    const mayBeTorn = found === -1 || bytes[to + 1] === newline
    from = to + 1
    if (text === '') continue
    const line = parse(text, mayBeTorn)
    if (line) yield line
  }
}

const newline = 10

function parse(text: string, mayBeTorn: boolean): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch (error) {
    if (mayBeTorn) return undefined
    throw error
  }
}

import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'

import type { Call, Operation } from './history-operation.ts'

/** A call before it is made: everything but its times and its outcome. */
export type Invocation<Op extends Call = Operation> = Op extends Call ? Omit<Op, 'startedAt' | 'endedAt'> : never

/** A logged call that is in flight. */
export interface PendingCall<Op extends Call = Operation> {
  /**
   * Logs the end of the call and its result. Don't call it if the outcome is
   * unknown.
   */
  complete(result: Partial<Invocation<Op>>): void
}

/** A file that logs calls. */
export interface HistoryLog<Op extends Call = Operation> extends Disposable {
  /** Logs a call that is about to be made. */
  invoke(operation: Invocation<Op>): PendingCall<Op>
  close(): void
}

/**
 * Opens a file for a history. It gets one line of JSON before each call and one
 * after it, each appended synchronously with one system call. So even if the
 * process is killed, the file has every call that it started.
 *
 * Times come from the machine-wide monotonic clock (`process.hrtime`), so the
 * files of several processes fit together. Several processes may also share a file.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { checkHistory, openHistory, readHistory } from '@skein/memory/testing'
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'history-')), 'ann.jsonl')
 * const log = openHistory(path)
 * const call = log.invoke({ process: 'ann', key: 'k', type: 'write', value: 1 })
 * // … the write itself …
 * call.complete({ ok: true, version: 1 })
 * log[Symbol.dispose]()
 * checkHistory(readHistory(path)) // => []
 * ```
 */
export function openHistory<Op extends Call = Operation>(path: string): HistoryLog<Op> {
  const file = openSync(path, 'a')
  const run = randomUUID().slice(0, 8)
  let calls = 0
  let isClosed = false
  const write = (line: object): void => void writeSync(file, `${JSON.stringify(line)}\n`)
  // An earlier process may have been killed in the middle of a line: an empty line after it marks that.
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

/** A line of the file: a call's first line has its start, the second its end, both with fields of the operation. */
interface Line {
  readonly call: string
  readonly startedAt?: string
  readonly endedAt?: string
}

/**
 * Reads a history that {@link openHistory} wrote, from any number of files, sorted
 * by start. Calls that never completed have no `endedAt`. It skips a line that is
 * incomplete because its process was killed.
 *
 * @throws SyntaxError for any other line that is not JSON.
 */
export function readHistory<Op extends Call = Operation>(...paths: readonly string[]): Op[] {
  const calls = new Map<string, object>()
  for (const path of paths) {
    for (const { call, startedAt, endedAt, ...fields } of linesOf(path)) {
      const started = startedAt === undefined ? {} : { startedAt: BigInt(startedAt) }
      const ended = endedAt === undefined ? {} : { endedAt: BigInt(endedAt) }
      calls.set(call, { ...calls.get(call), ...fields, ...started, ...ended })
    }
  }
  const history = [...calls.values()] as Op[]
  return history.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}

function* linesOf(path: string): Generator<Line, void, undefined> {
  // As bytes: a long history exceeds the maximum length of a string.
  const bytes = readFileSync(path)
  let from = 0
  while (from < bytes.length) {
    const found = bytes.indexOf('\n', from)
    const to = found === -1 ? bytes.length : found
    const text = bytes.toString('utf8', from, to)
    // The last line, or the last one of an earlier run.
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

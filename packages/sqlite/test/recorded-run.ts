import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** What a process did to the files of a folder, or said in between. */
export type Deed =
  | { readonly type: 'create' | 'remove' | 'sync'; readonly file: string }
  | { readonly type: 'link'; readonly file: string; readonly to: string }
  | { readonly type: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'resize'; readonly file: string; readonly size: number }
  | { readonly type: 'sync folder' }
  | { readonly type: 'say'; readonly text: string }

/**
 * Runs a process that writes a database and kills itself in the end, and
 * records in order everything that its main thread did to the files in the
 * folder of the database.
 *
 * @param strace - The program.
 * @param path - Of the database; the process says what it has to say by appending to `<path>.said`.
 * @param command - What to run.
 */
export function recordRun(strace: string, path: string, command: readonly string[]): Deed[] {
  const folder = dirname(path)
  const traceFolder = mkdtempSync(join(tmpdir(), 'skein-trace-'))
  const trace = join(traceFolder, 'trace')
  const calls = 'openat,pwrite64,write,fsync,fdatasync,ftruncate,link,unlink,rename'
  // Descriptors with their paths, all text in hexadecimal, nothing cut off.
  const options = ['-y', '-xx', '-s', '1000000', '-e', `trace=${calls}`, '-o', trace]
  try {
    const { signal, stderr } = spawnSync(strace, [...options, ...command], { encoding: 'utf8' })
    if (signal !== 'SIGKILL') throw new Error(`The process did not come to its end: ${stderr}`)
    const lines = readFileSync(trace, 'latin1').split('\n')
    // Paths are in hexadecimal, as everything is.
    const name = encode(folder)
    // The index of the log is made anew after a crash.
    const index = encode('-shm')
    const ours = lines.filter((line) => line.includes(name) && !line.includes(index))
    return ours.flatMap((line) => parseLine(line, folder) ?? [])
  } finally {
    rmSync(traceFolder, { recursive: true })
  }
}

const hexText = '((?:\\\\x[0-9a-f]{2})*)'
const callOnDescriptor = new RegExp(
  String.raw`^(\w+)\(\d+<${hexText}>(?:\(deleted\))?(?:, (?:"${hexText}", )?(\d+)(?:, (\d+))?)?\) = (\d+)`,
)
const callOnTwoPaths = new RegExp(String.raw`^link\("${hexText}", "${hexText}"\) = 0`)
const callOnPath = new RegExp(String.raw`^(openat|unlink)\((?:AT_FDCWD<[^>]*>, )?"${hexText}"(?:, (\S+), \d+)?\) = \d+`)

function parseLine(line: string, folder: string): Deed | undefined {
  const onTwoPaths = callOnTwoPaths.exec(line)
  if (onTwoPaths) {
    const [file = '', to = ''] = onTwoPaths.slice(1).map((path) => basename(decode(path).toString()))
    return { type: 'link', file, to }
  }
  const onPath = callOnPath.exec(line)
  if (onPath) {
    const [, call, path = '', flags = ''] = onPath
    const file = basename(decode(path).toString())
    if (call === 'unlink') return { type: 'remove', file }
    return flags.includes('O_CREAT') && !file.endsWith('.said') ? { type: 'create', file } : undefined
  }
  const onDescriptor = callOnDescriptor.exec(line)
  if (!onDescriptor) {
    // Opening the folder, calls that failed, and the end.
    if (/^openat|= -1 E|^\+\+\+|^$/.test(line)) return undefined
    throw new Error(`What does this call do? ${line.slice(0, 200)}`)
  }
  const [, call = '', hexPath = '', hexBytes = '', first = '', second = '', done = ''] = onDescriptor
  const path = decode(hexPath).toString()
  const file = basename(path)
  switch (call) {
    case 'pwrite64':
      return { type: 'write', file, offset: Number(second), bytes: decode(hexBytes).subarray(0, Number(done)) }
    case 'write':
      if (file.endsWith('.said')) return { type: 'say', text: decode(hexBytes).toString() }
      break
    case 'fsync':
    case 'fdatasync':
      return path === folder ? { type: 'sync folder' } : { type: 'sync', file }
    case 'ftruncate':
      return { type: 'resize', file, size: Number(first) }
  }
  throw new Error(`What does this call do? ${line.slice(0, 200)}`)
}

function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

function encode(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .replaceAll(/../g, String.raw`\x$&`)
}

import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

import { InputError } from '../open/input-error.ts'

/** Standard input, among paths. */
export const standardInput = '-'

/** The largest file that is read, and the most that an archive may unpack to. */
export const largestBytes: number = 256 * 1024 * 1024

/**
 * Reads a file, a pipe to its end, or standard input (`-`).
 *
 * @param source - The file's name in errors.
 * @throws InputError for what is missing, no file, unreadable, or larger than 256 MB; the signal's reason.
 */
export async function readBytes(path: string, source: string, signal?: AbortSignal): Promise<Buffer> {
  try {
    if (source === standardInput) return await readStream(process.stdin, 'standard input', signal)
    const found = await stat(path)
    if (found.isFile() && found.size > largestBytes) throw tooLarge(source)
    if (found.isFIFO()) return await readPipe(path, source, signal)
    // A device may never end.
    if (!found.isFile() && !found.isDirectory())
      throw new InputError(source, 'is not a regular file. Save it to a file first.')
    const handle = await open(path)
    return await readAll(handle, signal)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof InputError) throw error
    const problem = problems[(error as NodeJS.ErrnoException).code ?? ''] ?? `can't be read: ${String(error)}`
    throw new InputError(source, problem, { cause: error })
  }
}

async function readAll(handle: FileHandle, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    return await handle.readFile({ ...(signal && { signal }) })
  } finally {
    await handle.close()
  }
}

/** Whether a path can be read only once. */
export async function isOnceOnly(path: string, source: string): Promise<boolean> {
  // What is not there is reported where it is read.
  return source === standardInput || (await stat(path).catch(() => undefined))?.isFIFO() === true
}

async function readPipe(path: string, source: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const handle = await open(path)
  return readStream(handle.createReadStream(), source, signal)
}

async function readStream(
  stream: AsyncIterable<Buffer> & { destroy(): void },
  source: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  const stop = (): void => stream.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  try {
    for await (const chunk of stream) {
      bytes += chunk.length
      if (bytes > largestBytes) throw tooLarge(source)
      chunks.push(chunk)
    }
    signal?.throwIfAborted()
    return Buffer.concat(chunks)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

function tooLarge(source: string): InputError {
  return new InputError(source, `is larger than ${largestBytes / 1024 ** 2} MB. Split it first.`)
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist. Check the name and the current folder.',
  ENOTDIR: 'does not exist. Check the name and the current folder.',
  EISDIR: 'is a folder. Name the files in it.',
  EACCES: "can't be read: permission denied. Check who owns it.",
  ENAMETOOLONG: 'has too long a name. Shorten it.',
}

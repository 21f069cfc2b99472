/**
 * Keeps the process alive when a reader of its output goes away, as in
 * `2>&1 | head -1`: the work is finished all the same.
 *
 * Call it once, before anything is written.
 */
export function ignoreClosedPipes(): void {
  // Nobody is left to read progress and errors.
  process.stderr.on('error', () => {})
  // writeOut() gets the error of the results that it writes.
  process.stdout.on('error', () => {})
}

/**
 * Writes to standard output, and resolves when the content has left the
 * process, since a pipe may be slow. A reader that went away is no error.
 *
 * @returns whether anybody still reads.
 */
export function writeOut(content: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') resolve(!error)
      else reject(error)
    })
  })
}

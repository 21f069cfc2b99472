/**
 * Keeps the process alive when a reader of its output goes away, as in
 * `2>&1 | head -1`: what is left to do is done all the same.
 *
 * Call it once, before anything is written.
 */
export function outliveReaders(): void {
  // Progress and errors that can't be told: there is nobody left to tell.
  process.stderr.on('error', () => {})
  // What matters goes through writeOut(), which hears of the error itself.
  process.stdout.on('error', () => {})
}

/**
 * Writes to standard output; resolves when the text has left the process, since
 * a pipe may be slow. A reader that went away is no error.
 *
 * @returns whether anybody still reads.
 */
export function writeOut(text: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') resolve(!error)
      else reject(error)
    })
  })
}

/**
 * The only way to standard output and standard error. What documents, models
 * and agents wrote passes through here, whoever rendered it.
 *
 * @module
 */

import { styleText } from 'node:util'

import { jsonOf, plainText } from './plain-text.ts'

/** The styles that the command itself uses: bold, dim, cyan, and their ends. They move and hide nothing. */
// oxlint-disable-next-line no-control-regex -- these pass
const ownStyles = /(\u001B\[(?:1|2|22|36|39)m)/

/**
 * Keeps the process alive when a reader of its output goes away, as in
 * `2>&1 | head -1`: the work is finished all the same.
 *
 * Call it once, before anything is written.
 */
export function ignoreClosedPipes(): void {
  // Nobody is left to read progress and errors.
  process.stderr.on('error', () => {})
  // write() gets the error of the results that it writes.
  process.stdout.on('error', () => {})
}

/**
 * Prints lines of text on standard output. Only line breaks, tabs and the
 * command's own styles reach it as they are.
 *
 * @returns whether anybody still reads; the promise resolves when the text has
 * left the process, since a pipe may be slow. A reader that went away is no error.
 */
export function print(text: string): Promise<boolean> {
  return write(harmless(`${text}\n`, process.stdout))
}

/** Prints one line of JSON. Characters that would harm a terminal are escaped, so it parses to the same data. */
export function printJson(value: unknown): Promise<boolean> {
  return write(`${jsonOf(value)}\n`)
}

/**
 * Hands on bytes as they are, to a file or a program.
 *
 * @throws Error on a terminal, which might obey them: ask {@link canTakeBytes} before the work.
 */
export function printBytes(bytes: Uint8Array): Promise<boolean> {
  if (!canTakeBytes()) throw new Error('Bytes are not printed on a terminal.')
  return write(bytes)
}

/** Whether standard output is a file or a program. */
export function canTakeBytes(): boolean {
  return !process.stdout.isTTY
}

/** Prints lines of text on standard error: progress, hints, errors. */
export function printNote(text: string): void {
  process.stderr.write(harmless(`${text}\n`, process.stderr))
}

/** Whether {@link redraw} can draw. */
export function canRedraw(): boolean {
  return process.stderr.isTTY
}

/**
 * Erases the lines above the cursor of the terminal of standard error, and prints others.
 *
 * @param above - How many lines to erase.
 */
export function redraw(above: number, lines: readonly string[]): void {
  const erase = above > 0 ? `\u001B[${above}F\u001B[J` : ''
  process.stderr.write(erase + harmless(lines.map((line) => `${line}\n`).join(''), process.stderr))
}

/** Erases what the terminal shows of Ctrl-C, so that the next line stands alone. */
export function eraseEcho(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
}

function write(content: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') resolve(!error)
      else reject(error)
    })
  })
}

function harmless(text: string, stream: NodeJS.WriteStream): string {
  const isStyled = styleText('bold', '.', { stream }) !== '.'
  // Every second part is a style.
  return text
    .split(ownStyles)
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(/[^\n\t]+/g, plainText) : isStyled ? part : ''))
    .join('')
}

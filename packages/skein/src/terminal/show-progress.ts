import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

/** The progress of one part of the work. */
export interface ProgressRow {
  readonly label: string
  readonly done: number
  /** 0 while unknown. */
  readonly total: number
}

/** Shows the progress of some work. */
export interface ProgressDisplay {
  readonly update: (rows: readonly ProgressRow[]) => void
  /** Removes what was drawn. Harmless when called twice. */
  readonly end: () => void
}

const barWidth = 30
const redrawMs = 50

/** Draws bars on a terminal. Elsewhere it prints a plain line per quarter, or nothing when `quiet`. */
export function showProgress(stream: WriteStream, quiet: boolean): ProgressDisplay {
  if (stream.isTTY) return drawBars(stream)
  return quiet ? { update: () => {}, end: () => {} } : printLines(stream)
}

function drawBars(stream: WriteStream): ProgressDisplay {
  let drawnRows = 0
  let lastDrawn = 0
  const erase = (): void => {
    if (drawnRows > 0) stream.write(`\u001B[${drawnRows}A\u001B[J`)
    drawnRows = 0
  }
  return {
    update: (rows) => {
      if (performance.now() - lastDrawn < redrawMs) return
      lastDrawn = performance.now()
      erase()
      for (const row of rows) stream.write(`${bar(row, stream)}\n`)
      drawnRows = rows.length
    },
    end: erase,
  }
}

function bar({ label, done, total }: ProgressRow, stream: WriteStream): string {
  if (total === 0 && done > 0) return `${label.padEnd(12)} ${done.toLocaleString('en')}`
  const filled = total === 0 ? 0 : Math.floor((done / total) * barWidth)
  const full = styleText('cyan', '█'.repeat(filled), { stream })
  const rest = styleText('dim', '░'.repeat(barWidth - filled), { stream })
  return `${label.padEnd(12)} ${full}${rest} ${total === 0 ? '' : `${done}/${total}`}`
}

function printLines(stream: WriteStream): ProgressDisplay {
  const printed = new Set<string>()
  return {
    update: (rows) => {
      for (const { label, done, total } of rows) {
        const quarter = total === 0 ? 0 : Math.floor((4 * done) / total)
        const line = `${label} ${quarter}`
        if (quarter === 0 || printed.has(line)) continue
        printed.add(line)
        stream.write(`${label}: ${done} of ${total}\n`)
      }
    },
    end: () => {},
  }
}

import { styleText } from 'node:util'

import { canRedraw, printNote, redraw } from './printer.ts'
import { cutTo, widthOf } from './text-width.ts'
import { numberText } from './number-text.ts'

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

const maxBarWidth = 30
/** A shorter bar says less than the numbers beside it. */
const minBarWidth = 5
const redrawMs = 50

/** Draws bars on the terminal of standard error. Elsewhere it prints a plain line per quarter, or nothing when `quiet`. */
export function showProgress(quiet: boolean): ProgressDisplay {
  if (canRedraw()) return drawBars()
  return quiet ? { update: () => {}, end: () => {} } : printLines()
}

function drawBars(): ProgressDisplay {
  let drawnRows = 0
  let lastDrawn = 0
  const draw = (lines: readonly string[]): void => {
    redraw(drawnRows, lines)
    drawnRows = lines.length
  }
  return {
    update: (rows) => {
      if (performance.now() - lastDrawn < redrawMs) return
      lastDrawn = performance.now()
      draw(rows.map((row) => bar(row, process.stderr.columns)))
    },
    end: () => draw([]),
  }
}

/**
 * One line for a terminal: label, bar, numbers. It never wraps, since what is drawn is erased line by line: where little
 * room is left the bar becomes shorter, then it goes, and then the label is cut.
 *
 * @param columns - The width of the terminal.
 */
export function bar({ label, done, total }: ProgressRow, columns: number): string {
  const name = label.padEnd(12)
  const numbers = total > 0 ? `${done}/${total}` : done > 0 ? numberText(done) : ''
  // The last column stays free: some terminals go to the next line once it is written.
  const room = columns - widthOf(name) - numbers.length - 3
  if ((total === 0 && done > 0) || room < minBarWidth) return cutTo(`${name} ${numbers}`, columns - 1)
  const width = Math.min(room, maxBarWidth)
  const filled = total === 0 ? 0 : Math.floor((done / total) * width)
  const full = styleText('cyan', '█'.repeat(filled), { stream: process.stderr })
  const rest = styleText('dim', '░'.repeat(width - filled), { stream: process.stderr })
  return `${name} ${full}${rest} ${numbers}`
}

function printLines(): ProgressDisplay {
  const printed = new Set<string>()
  return {
    update: (rows) => {
      for (const { label, done, total } of rows) {
        const quarter = total === 0 ? 0 : Math.floor((4 * done) / total)
        const line = `${label} ${quarter}`
        if (quarter === 0 || printed.has(line)) continue
        printed.add(line)
        printNote(`${label}: ${done} of ${total}`)
      }
    },
    end: () => {},
  }
}

import { styleText } from 'node:util'

import { canRedraw, printNote, redraw } from './printer.ts'

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
      draw(rows.map(bar))
    },
    end: () => draw([]),
  }
}

function bar({ label, done, total }: ProgressRow): string {
  if (total === 0 && done > 0) return `${label.padEnd(12)} ${done.toLocaleString('en')}`
  const filled = total === 0 ? 0 : Math.floor((done / total) * barWidth)
  const full = styleText('cyan', '█'.repeat(filled), { stream: process.stderr })
  const rest = styleText('dim', '░'.repeat(barWidth - filled), { stream: process.stderr })
  return `${label.padEnd(12)} ${full}${rest} ${total === 0 ? '' : `${done}/${total}`}`
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

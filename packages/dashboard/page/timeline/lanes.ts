import type { Bar, Track } from '../state/tracks.ts'

/** The height of the axis above all lanes, in pixels. */
export const axisHeight = 26

const padding = 5
/** A bar's place when there is room for it. */
const roomyStep = 16
/** What the bars of a lane take together, at most: where many run at the same time they are thin. */
const mostHeight = 64

/** The row of an agent or thread: as high as the runs that it had at the same time need. */
export interface Lane {
  readonly track: Track
  /** From the beginning of all lanes, in pixels. */
  readonly top: number
  readonly height: number
  /** From one bar to the one below it. */
  readonly step: number
  readonly barHeight: number
}

/** Puts lanes under each other. */
export function lanesOf(tracks: readonly Track[]): readonly Lane[] {
  let top = 0
  return tracks.map((track) => {
    const levels = Math.max(1, track.levels.length)
    const step = Math.min(roomyStep, mostHeight / levels)
    const lane = { track, top, step, barHeight: step - (step > 6 ? 2 : 1), height: 2 * padding + levels * step }
    top += lane.height
    return lane
  })
}

/** How high all lanes are together. */
export function heightOf(lanes: readonly Lane[]): number {
  const last = lanes.at(-1)
  return last ? last.top + last.height : 0
}

/** Where a bar begins, from the top of its lane. */
export function barTop({ step }: Pick<Lane, 'step'>, { level }: Pick<Bar, 'level'>): number {
  return padding + level * step + 1
}

/** The lane at a height below the beginning of all lanes. */
export function laneAt(lanes: readonly Lane[], y: number): Lane | undefined {
  return lanes.find(({ top, height }) => y >= top && y < top + height)
}

import type { RawRowAndMore } from './record-row.ts'

/** What is known of a record's past versions without reading them: nothing, or where all of them stand. */
export type KnownPast = 'some' | KnownPlaces

/** All past versions of a record, which have one label. */
export interface KnownPlaces {
  readonly level: number
  readonly compartments: string
  /** Their rows, the newest last. */
  readonly rows: number[]
}

/** Where more are kept, their places are read. */
const mostPlaces = 256

/** Whether the version that a row is now has the label of past versions whose places are known. */
function isAlike(past: KnownPast, raw: RawRowAndMore): past is KnownPlaces {
  return past !== 'some' && past.level === raw[9] && past.compartments === raw[10]
}

/** Whether there are no past versions. */
export function isNone(past: KnownPast | undefined): boolean {
  return past === undefined || (past !== 'some' && past.rows.length === 0)
}

/** Whether there may be more past versions than are kept: usually one goes as another comes. */
export function mayExceed(past: KnownPast | undefined, keep: number): boolean {
  return past === 'some' || (past !== undefined && past.rows.length > keep)
}

/**
 * The place of the oldest version, if that goes because so many stay; then the version that a row is now takes it. The
 * newest one's place can't be taken: the row has to name another one than before.
 */
export function placeFor(
  past: KnownPast | undefined,
  before: RawRowAndMore,
  keep: number = Infinity,
): number | undefined {
  if (past === undefined || keep < 2 || !isAlike(past, before) || past.rows.length < keep) return undefined
  return past.rows.shift()
}

/** What is known once the version that a row is now is in its place. */
export function knownAfter(past: KnownPast | undefined, before: RawRowAndMore, place: number): KnownPast {
  if (past === undefined) return { level: before[9], compartments: before[10], rows: [place] }
  if (!isAlike(past, before) || past.rows.length >= mostPlaces) return 'some'
  past.rows.push(place)
  return past
}

import { nobody } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'

/**
 * What a timeline tells of each version of its key, in columns by the place of
 * the version: indexes of operations, or `nobody`.
 *
 * Versions mostly follow upon each other, and then a version is its own place.
 */
export class VersionTable {
  /** The write that succeeded with it. */
  readonly writers: number[]
  /** Who made it, saw it or replaced it and was answered first. */
  readonly seenBy: number[]
  /** Who tells its value. */
  readonly valued: number[]
  readonly #ends: Float64Array
  readonly #numbers: readonly number[] | undefined
  readonly #places: ReadonlyMap<number, number> | undefined

  constructor({ operations, versions, ends }: Timeline) {
    this.#ends = ends
    let highest = 0
    for (const [index, { ifVersion = 0 }] of operations.entries()) {
      highest = Math.max(highest, versions[index] as number, ifVersion)
    }
    let size = highest + 1
    if (size > 4 * operations.length + 64) {
      const named = operations.map(({ ifVersion = 0 }) => ifVersion)
      this.#numbers = [...new Set([...versions, ...named])].toSorted((a, b) => a - b)
      this.#places = new Map(this.#numbers.map((number, place) => [number, place]))
      size = this.#numbers.length
    }
    this.writers = Array.from<number>({ length: size }).fill(nobody)
    this.seenBy = [...this.writers]
    this.valued = [...this.writers]
  }

  /** Notes that an operation knew a version, and tells its place. */
  see(number: number, index: number): number {
    const at = this.#places?.get(number) ?? number
    const first = this.seenBy[at] as number
    if (first === nobody || (this.#ends[index] as number) < (this.#ends[first] as number)) this.seenBy[at] = index
    return at
  }

  numberAt(place: number): number {
    return this.#numbers?.[place] ?? place
  }

  /** The places of all versions that somebody knew, in the order of the versions. */
  places(): number[] {
    const places: number[] = []
    for (const [place, index] of this.seenBy.entries()) if (index !== nobody) places.push(place)
    return places
  }
}

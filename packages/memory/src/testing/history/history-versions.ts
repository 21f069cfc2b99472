import { isDeepStrictEqual } from 'node:util'

import type { Operation } from './history-operation.ts'
import { nameOf, nobody } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { Violation, ViolationKind } from './history-violation.ts'
import { findWriters } from './history-writers.ts'
import type { Version } from './history-writers.ts'

/**
 * Checks what one key's operations tell of its versions: each was made once,
 * by somebody, with one value, and where a write named the one that it
 * replaced, it replaced that.
 *
 * Near-linear: one pass over the operations, one over the versions.
 */
export class VersionCheck {
  readonly #key: string
  readonly #timeline: Timeline
  readonly #report: (violation: Violation) => void
  readonly #versions = new Map<number, Version>()
  readonly #unanswered: number[] = []

  constructor(key: string, timeline: Timeline, report: (violation: Violation) => void) {
    this.#key = key
    this.#timeline = timeline
    this.#report = report
  }

  /** Takes the next operation, in the order of the starts. */
  add(index: number): void {
    const { operations, versions, ends, makes } = this.#timeline
    const { type, value, ifVersion } = operations[index] as Operation
    const number = versions[index] as number
    if (type === 'write' && ends[index] === Number.POSITIVE_INFINITY) this.#unanswered.push(index)
    const isMade = makes[index] === 1
    // Who replaces a version has seen it.
    if (isMade && ifVersion !== undefined && ifVersion > 0) this.#see(ifVersion, index)
    if (number <= 0) return
    const version = this.#see(number, index)
    // The value of a refused write is not what stands there.
    if (value !== undefined && (isMade || type !== 'write')) this.#compare(version, index, value)
    if (!isMade) return
    if (version.writer === nobody) version.writer = index
    else
      this.#accuse(
        'version-made-twice',
        [version.writer, index],
        ([one, other]) => `${one} and ${other} both succeeded`,
      )
  }

  #see(number: number, index: number): Version {
    const { ends } = this.#timeline
    let version = this.#versions.get(number)
    if (version === undefined) {
      version = { number, seenBy: index, writer: nobody, valued: nobody }
      this.#versions.set(number, version)
    } else if ((ends[index] as number) < (ends[version.seenBy] as number)) version.seenBy = index
    return version
  }

  #compare(version: Version, index: number, value: unknown): void {
    const { valued } = version
    if (valued === nobody) {
      version.valued = index
      return
    }
    const other = this.#timeline.operations[valued]?.value
    if (value === other || (typeof value === 'object' && isDeepStrictEqual(value, other))) return
    const values = `${shorten(other)} and ${shorten(value)}`
    this.#accuse(
      'values-differ',
      [valued, index],
      ([first, second]) => `${first} and ${second} have the values ${values}`,
    )
  }

  /** Judges what only all operations together tell. */
  end(): void {
    const versions = [...this.#versions.values()].toSorted((a, b) => a.number - b.number)
    for (const [index, version] of versions.entries()) this.#judgeReplaced(version, versions[index - 1])
    for (const { number, seenBy } of findWriters(this.#timeline, versions, this.#unanswered)) {
      const what = `can have been made by nothing that had begun`
      this.#accuse('no-writer', [seenBy], ([witness]) => `version ${number}, which ${witness} tells of, ${what}`)
    }
  }

  #judgeReplaced({ number, writer }: Version, before: Version | undefined): void {
    const ifVersion = this.#timeline.operations[writer]?.ifVersion
    if (ifVersion === undefined) return
    if (ifVersion >= number) this.#accuse('late-write', [writer], ([late]) => `${late} replaced version ${ifVersion}`)
    else if (before !== undefined && before.number > ifVersion) {
      const between = before.writer === nobody ? before.seenBy : before.writer
      const sentence = ([lost, late]: readonly string[]): string =>
        `${late} was to replace version ${ifVersion}, but ${lost} comes between`
      this.#accuse('lost-update', [between, writer], sentence)
    }
  }

  #accuse(kind: ViolationKind, indexes: readonly number[], say: (names: readonly string[]) => string): void {
    const operations = indexes.map((index) => this.#timeline.operations[index] as Operation)
    const names = indexes.map((index) => nameOf(this.#timeline, index))
    this.#report({ kind, key: this.#key, operations, sentence: `"${this.#key}": ${say(names)}.` })
  }
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

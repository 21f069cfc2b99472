import { isDeepStrictEqual } from 'node:util'

import type { Operation } from './history-operation.ts'
import { nameOf, nobody, unseen } from './history-timeline.ts'
import type { Timeline } from './history-timeline.ts'
import type { Violation, ViolationKind } from './history-violation.ts'
import { findWriters } from './history-writers.ts'
import { VersionTable } from './version-table.ts'

/**
 * Checks what a key's operations tell of its versions: each was made once, by
 * somebody, with one value, and where a write named the one that it replaced,
 * it replaced that.
 *
 * Near-linear: one pass over the operations, one over the versions.
 */
export function checkVersions(timeline: Timeline, report: (violation: Violation) => void): void {
  const { key, operations, ends, versions: numbers, makes } = timeline
  const table = new VersionTable(timeline)
  const unanswered: number[] = []

  const accuse = (kind: ViolationKind, indexes: readonly number[], what: string): void => {
    const involved = indexes.map((index) => operations[index] as Operation)
    report({ kind, key, operations: involved, sentence: `"${key}": ${what}.` })
  }
  const name = (index: number): string => nameOf(timeline, index)

  for (const [index, { type, value, ifVersion }] of operations.entries()) {
    const number = numbers[index] as number
    if (type === 'write' && number === unseen && ends[index] === Number.POSITIVE_INFINITY) unanswered.push(index)
    const isMade = makes[index] === 1
    // Who replaces a version has seen it.
    if (isMade && ifVersion !== undefined && ifVersion > 0) table.see(ifVersion, index)
    if (number <= 0) continue
    const at = table.see(number, index)
    // The value of a refused write is not what stands there.
    if (value !== undefined && (isMade || type !== 'write')) {
      const valued = table.valued[at] as number
      if (valued === nobody) table.valued[at] = index
      else if (!isSame(value, (operations[valued] as Operation).value)) {
        const values = [valued, index].map((each) => shorten((operations[each] as Operation).value)).join(' and ')
        accuse('values-differ', [valued, index], `${name(valued)} and ${name(index)} have the values ${values}`)
      }
    }
    if (!isMade) continue
    const writer = table.writers[at] as number
    if (writer === nobody) table.writers[at] = index
    else accuse('version-made-twice', [writer, index], `${name(writer)} and ${name(index)} both succeeded`)
  }

  let before = nobody
  for (const at of table.places()) {
    const writer = table.writers[at] as number
    const ifVersion = writer === nobody ? undefined : (operations[writer] as Operation).ifVersion
    if (ifVersion !== undefined && ifVersion >= table.numberAt(at)) {
      accuse('late-write', [writer], `${name(writer)} replaced version ${ifVersion}`)
    } else if (ifVersion !== undefined && before !== nobody && table.numberAt(before) > ifVersion) {
      const other = [table.writers[before], table.seenBy[before]].find((index) => index !== nobody) as number
      const what = `${name(writer)} was to replace version ${ifVersion}, but ${name(other)} comes between`
      accuse('lost-update', [other, writer], what)
    }
    before = at
  }

  for (const at of findWriters(timeline, table, unanswered)) {
    const seenBy = table.seenBy[at] as number
    const what = `version ${table.numberAt(at)}, which ${name(seenBy)} tells of, can have been made by nothing that had begun`
    accuse('no-writer', [seenBy], what)
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && isDeepStrictEqual(one, other))
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

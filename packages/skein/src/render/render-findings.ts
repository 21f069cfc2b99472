import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import type { Inspection } from '@skein/memory/runtime'
import type { Corruption } from '@skein/memory/store'

import { countOf, sizeOf } from '../terminal/amounts.ts'

/** Corruption, and in which space it is; in none when it is of the file as a whole. */
export interface FoundCorruption extends Corruption {
  readonly space?: string
}

/** What stands in a store. */
export interface Findings {
  readonly spaces: readonly ({ readonly space: string } & Omit<Inspection, 'corruptions'>)[]
  readonly corruptions: readonly FoundCorruption[]
}

/** Findings as text for a person: what is held, space by space, and then each damage in a line of its own. */
export function renderFindings(store: string, { spaces, corruptions }: Findings, stream: WriteStream): string {
  const lines = [`${store} holds ${countOf(spaces.length, 'space')}.`]
  for (const held of spaces) lines.push('', styleText('bold', held.space, { stream }), ...linesOf(held))
  lines.push('', ...missingKeys(corruptions), ...corruptions.filter((damage) => !damage.missingKey).map(lineOf))
  if (corruptions.length === 0) lines.push('Nothing is damaged.')
  return lines.join('\n')
}

function linesOf({ records, objects, feed, sealed }: Findings['spaces'][number]): string[] {
  const counts = Object.entries(records).map(([collection, count]) => `${collection} ${count.toLocaleString('en')}`)
  const keys = Object.entries(sealed).map(
    ([key, count]) => `${countOf(count.records, 'record')} and ${countOf(count.objects, 'object')} with ${key}`,
  )
  return [
    `  records  ${counts.join(', ') || 'none'}`,
    `  objects  ${objects.count.toLocaleString('en')}, ${sizeOf(objects.bytes)}`,
    `  feed     ${feed === undefined ? 'unreadable' : feed.last === 0 ? 'empty' : `${feed.first.toLocaleString('en')} to ${feed.last.toLocaleString('en')}`}`,
    `  sealed   ${keys.join(', ') || 'nothing'}`,
  ]
}

/** What can't be opened for want of a key is no news one by one. */
function missingKeys(corruptions: readonly FoundCorruption[]): string[] {
  const byKey = Map.groupBy(
    corruptions.filter(({ missingKey }) => missingKey),
    ({ missingKey }) => missingKey,
  )
  return [...byKey].map(([key, found]) => {
    const records = found.filter(({ kind }) => kind === 'record').length
    const sealed = `${countOf(records, 'record')} and ${countOf(found.length - records, 'object')}`
    return `not opened: ${sealed} sealed with "${key}", which is not given. Add that key to SKEIN_KEYS.`
  })
}

function lineOf({ space, kind, collection, id, problem }: FoundCorruption): string {
  const name = [collection ?? kind, id].filter((part) => part !== '').join('/')
  const line = `damaged: ${name}${space === undefined ? '' : ` (${space})`}: ${problem}`
  // What an agent named must not get at the terminal.
  return line.replaceAll(/\p{Cc}/gu, '\u{FFFD}')
}

/** An address as it may be shown. */
export function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/)[^@/]*@/, '$1')
}

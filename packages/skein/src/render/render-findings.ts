import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { plainText } from '@skein/memory/runtime'
import type { Inspection } from '@skein/memory/runtime'
import type { Corruption } from '@skein/memory/store'

import { countOf, sizeOf } from '../terminal/amounts.ts'
import { numberText } from '../terminal/number-text.ts'

/** Corruption within a space, or of the file as a whole. */
export interface FoundCorruption extends Corruption {
  /** Absent for the file as a whole. */
  readonly space?: string
}

/** The contents of a store. */
export interface Findings {
  readonly spaces: readonly ({ readonly space: string } & Omit<Inspection, 'corruptions'>)[]
  readonly corruptions: readonly FoundCorruption[]
}

/** Renders the contents of each space, then each corruption in a line of its own. */
export function renderFindings(store: string, { spaces, corruptions }: Findings, stream: WriteStream): string {
  const lines = [`${store} holds ${countOf(spaces.length, 'space')}.`]
  for (const held of spaces) lines.push('', styleText('bold', plainText(held.space), { stream }), ...spaceLines(held))
  lines.push('', ...missingKeyLines(corruptions))
  lines.push(...corruptions.filter(({ missingKey }) => !missingKey).map(renderCorruption))
  if (corruptions.length === 0) lines.push('Nothing is damaged.')
  return lines.join('\n')
}

function spaceLines({ records, objects, feed, sealed }: Findings['spaces'][number]): string[] {
  const counts = Object.entries(records).map(([collection, count]) => `${collection} ${numberText(count)}`)
  const keys = Object.entries(sealed).map(
    ([key, count]) => `${countOf(count.records, 'record')} and ${countOf(count.objects, 'object')} with ${key}`,
  )
  return [
    `  records  ${counts.join(', ') || 'none'}`,
    `  objects  ${numberText(objects.count)}, ${sizeOf(objects.bytes)}`,
    `  feed     ${feedText(feed)}`,
    `  sealed   ${keys.join(', ') || 'nothing'}`,
  ]
}

function feedText(feed: Inspection['feed']): string {
  if (feed === undefined) return 'unreadable'
  return feed.last === 0 ? 'empty' : `${numberText(feed.first)} to ${numberText(feed.last)}`
}

/** One line per missing key: without it, every record sealed with it counts as corrupt. */
function missingKeyLines(corruptions: readonly FoundCorruption[]): string[] {
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

/** Renders one corruption in a line. */
export function renderCorruption({ space, kind, collection, id, problem }: FoundCorruption): string {
  const name = [collection ?? kind, id].filter((part) => part !== '').join('/')
  // Agents choose ids.
  return plainText(`damaged: ${name}${space === undefined ? '' : ` (${space})`}: ${problem}`)
}

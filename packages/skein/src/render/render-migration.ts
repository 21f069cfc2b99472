import { plainText } from '@skein/memory/runtime'

import type { MigratedSpace } from '../open/migrate-store.ts'
import { countOf } from '../terminal/amounts.ts'
import { renderCorruption } from './render-findings.ts'
import { numberText } from '../terminal/number-text.ts'

/** Renders a migration: each space, then each row that was too damaged to migrate. */
export function renderMigration(store: string, spaces: readonly MigratedSpace[]): string {
  if (spaces.length === 0) return `${store} holds no spaces.`
  const damaged = spaces.flatMap(({ space, corruptions = [] }) => {
    return corruptions.map((corruption) => renderCorruption({ space, ...corruption }))
  })
  const title =
    damaged.length === 0
      ? `${store} has the current format:`
      : `${store} has the current format, except for ${countOf(damaged.length, 'damaged row')}:`
  return [title, ...spaces.map(spaceLine), ...damaged].join('\n')
}

function spaceLine({ space, rows, migrated }: MigratedSpace): string {
  if (rows === undefined || migrated === undefined) return `  ${plainText(space)}`
  return `  ${plainText(space)}: ${countOf(rows, 'row')}, ${numberText(migrated)} of them migrated`
}

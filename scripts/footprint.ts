import { globSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { readManifest } from './manifests.ts'

/** What the installation of a package puts on a disk. */
export interface Footprint {
  readonly name: string
  /** Of the package itself, its dependencies and the peers that it needs. */
  readonly packages: number
  readonly bytes: number
  /** The licenses of all of them, in the order of their names. */
  readonly licenses: readonly string[]
}

/** Sizes may differ from those stated by this part: a native dependency is not the same everywhere. */
const tolerance = 0.1

/**
 * Measures what comes with a package.
 *
 * @param folder - Where the package is installed, together with what it needs.
 */
export function footprintOf(folder: string): Footprint {
  const folders = [...closureOf(realpathSync(folder))]
  return {
    name: readManifest(folder).name,
    packages: folders.length,
    bytes: folders.reduce((sum, one) => sum + bytesOf(one), 0),
    licenses: [...new Set(folders.map((one) => readManifest(one).license ?? 'unknown'))].toSorted(),
  }
}

function closureOf(folder: string, found: Set<string> = new Set<string>()): Set<string> {
  if (found.has(folder)) return found
  found.add(folder)
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = readManifest(folder)
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
  for (const name of new Set([...Object.keys(dependencies ?? {}), ...peers])) {
    const place = placeOf(folder, name)
    if (place !== undefined) closureOf(place, found)
    else if (!(name in (optionalDependencies ?? {}))) throw new Error(`${name} is not installed for ${folder}.`)
  }
  for (const name of Object.keys(optionalDependencies ?? {})) {
    // Those of other systems are absent.
    const place = placeOf(folder, name)
    if (place !== undefined) closureOf(place, found)
  }
  return found
}

/** Where Node would find a package. */
function placeOf(from: string, name: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    if (statSync(place, { throwIfNoEntry: false })) return realpathSync(place)
  }
  return undefined
}

function bytesOf(folder: string): number {
  const files = globSync('**/*', { cwd: folder, exclude: (name) => name === 'node_modules' })
  const stats = files.map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
  return stats.reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0)
}

const header = '| package | installs | size | licenses |'

/** A table for the guide. */
export function renderFootprints(footprints: readonly Footprint[]): string {
  const rows = footprints.map(
    ({ name, packages, bytes, licenses }) =>
      `| \`${name}\` | ${packages} | ${(bytes / 1e6).toFixed(1)} MB | ${licenses.join(', ')} |`,
  )
  return [header, '| --- | --: | --: | --- |', ...rows].join('\n')
}

/**
 * Compares footprints with the guide's table.
 *
 * @param isWritten - Whether the guide is changed where it differs.
 * @returns what differs, a sentence each.
 */
export function checkFootprints(guide: string, footprints: readonly Footprint[], isWritten = false): readonly string[] {
  const text = readFileSync(guide, 'utf8')
  const table = /^\| package +\| installs[^]*?(?=\n\n)/m.exec(text)?.[0]
  if (table === undefined) return [`${guide} has no table of footprints.`]
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const stated = new Map(rows.map(([, name = '', ...cells]) => [name.replaceAll('`', ''), cells]))
  const differing = footprints.filter(({ name, packages, bytes, licenses }) => {
    const [count, size = '', allowed] = stated.get(name) ?? []
    const isNear = Math.abs(Number.parseFloat(size) * 1e6 - bytes) <= Math.max(tolerance * bytes, 5e4)
    return Number(count) !== packages || !isNear || allowed !== licenses.join(', ')
  })
  if (differing.length === 0 && stated.size === footprints.length) return []
  if (isWritten) {
    writeFileSync(guide, text.replace(table, renderFootprints(footprints)))
    return []
  }
  return [
    `The table of ${guide} differs. Run \`UPDATE_GUIDE=1 node scripts/check-packed.ts\`, and look at why:`,
    renderFootprints(footprints),
  ]
}

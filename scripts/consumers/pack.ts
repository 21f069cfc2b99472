import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { packageFolders, readManifest } from '../manifests.ts'

/** Paths of the packed packages, by name. */
export type Tarballs = Readonly<Record<string, string>>

/** Packs what would be published, each package built before. */
export function packAll(root: string, folder: string): Tarballs {
  mkdirSync(folder, { recursive: true })
  const args = ['-y', 'pnpm@12', '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder]
  execFileSync('npx', args, { cwd: root, stdio: 'pipe' })
  return packedIn(root, folder)
}

/** The packages that {@link packAll} put into a folder. */
export function packedIn(root: string, folder: string): Tarballs {
  const packed = packageFolders(root).map((path) => {
    const { name, version } = readManifest(join(root, path))
    return [name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)] as const
  })
  return Object.fromEntries(packed)
}

/** Peers of which the oldest and the newest of their range are tried, and the package that states the range. */
const peers: Readonly<Record<string, string>> = { xstate: 'core', ai: 'ai-sdk', '@ai-sdk/provider': 'ai-sdk' }

/** The peers of all packages, each in the oldest and in the newest version of its range. */
export function peerVersions(root: string): Readonly<Record<'oldest' | 'newest', Readonly<Record<string, string>>>> {
  const ranges = Object.entries(peers).map(([name, owner]) => {
    const { peerDependencies } = readManifest(join(root, 'packages', owner))
    const range = peerDependencies?.[name]
    if (range === undefined) throw new Error(`packages/${owner} names no version of ${name}.`)
    return [name, range] as const
  })
  return {
    oldest: Object.fromEntries(ranges.map(([name, range]) => [name, oldestOf(range)])),
    newest: Object.fromEntries(ranges),
  }
}

function oldestOf(range: string): string {
  const version = range.replace(/^[\^~>=]+/, '')
  return version.split('.').length === 2 ? `${version}.0` : version
}

import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of the packed packages, by name. */
export type Tarballs = Readonly<Record<string, string>>

/** Packs what would be published. The sources must be built. */
export function packAll(root: string, folder: string): Tarballs {
  mkdirSync(folder, { recursive: true })
  const args = ['-y', 'pnpm@12', '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder]
  execFileSync('npx', args, { cwd: root, stdio: 'pipe' })
  const manifests = globSync('packages/*/package.json', { cwd: root }).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  )
  const packed = manifests.map((text) => {
    const { name, version } = JSON.parse(text) as { name: string; version: string }
    return [name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)] as const
  })
  return Object.fromEntries(packed)
}

/** The oldest and the newest XState that a flock takes. */
export function xstateVersions(root: string): readonly string[] {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(
    readFileSync(join(root, 'packages/core/package.json'), 'utf8'),
  ) as Record<'dependencies' | 'peerDependencies', Record<string, string> | undefined>
  const range = peerDependencies['xstate'] ?? dependencies['xstate']
  if (range === undefined) throw new Error('packages/core names no version of xstate.')
  return [...new Set([oldestOf(range), range])]
}

function oldestOf(range: string): string {
  const version = range.replace(/^[\^~>=]+/, '')
  return version.split('.').length === 2 ? `${version}.0` : version
}

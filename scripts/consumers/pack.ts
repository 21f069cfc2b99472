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

/** Peers of which the oldest and the newest of their range are tried, and the package that states the range. */
const peers: Readonly<Record<string, string>> = { xstate: 'core', ai: 'ai-sdk', '@ai-sdk/provider': 'ai-sdk' }

/** The peers of all packages, each in the oldest and in the newest version of its range. */
export function peerVersions(root: string): Readonly<Record<'oldest' | 'newest', Readonly<Record<string, string>>>> {
  const ranges = Object.entries(peers).map(([name, owner]) => {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'packages', owner, 'package.json'), 'utf8')) as {
      readonly peerDependencies?: Readonly<Record<string, string>>
    }
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

/**
 * The two halves of a release. `node scripts/release.ts pack` builds and packs every package into `release/`, with a
 * bill of materials (CycloneDX) for each; it needs no rights. `node scripts/release.ts publish` gives these files to the
 * registry, and runs nothing of what it was given.
 *
 * @module
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { packAll, packedIn } from './consumers/pack.ts'
import { checkManifests, packageFolders, readManifest } from './manifests.ts'

/** Packs every package. @throws when the manifests disagree, or no version was set. */
export function packRelease(root: string, folder: string): void {
  const problems = checkManifests(root)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  rmSync(folder, { recursive: true, force: true })
  packAll(root, folder)
  writeBills(root, folder)
}

/** Writes what is inside each package, as `FOLDER/NAME.cdx.json`. */
export function writeBills(root: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const form = [
    '--prod',
    '--lockfile-only',
    '--sbom-format',
    'cyclonedx',
    '--split',
    '--out',
    join(folder, '%s.cdx.json'),
  ]
  execFileSync('npx', ['-y', 'pnpm@12', '--filter', './packages/*', 'sbom', ...form], { cwd: root, stdio: 'pipe' })
}

/** Packages so that each comes after those that it depends on. */
export function inOrder(root: string): readonly string[] {
  const manifests = new Map(
    packageFolders(root)
      .map((path) => readManifest(join(root, path)))
      .map((one) => [one.name, one]),
  )
  const ordered = new Set<string>()
  const visit = (name: string): void => {
    const manifest = manifests.get(name)
    if (!manifest || ordered.has(name)) return
    for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) visit(needed)
    ordered.add(name)
  }
  for (const name of manifests.keys()) visit(name)
  return [...ordered]
}

/** Publishes what is packed. What has its version in the registry already is left out, so an aborted release goes on. */
function publishRelease(root: string, folder: string): void {
  const tarballs = packedIn(root, folder)
  for (const name of inOrder(root)) {
    const tarball = tarballs[name] ?? ''
    const { version } = readManifest(join(root, 'packages', name.replace('@skein/', '')))
    if (version === '0.0.0') throw new Error('No version is set: run `npx -y pnpm@12 run version`, and commit.')
    if (!existsSync(tarball)) throw new Error(`${tarball} is missing: run \`node scripts/release.ts pack\`.`)
    if (spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' }).stdout.trim() === version)
      continue
    execFileSync('npm', ['publish', tarball, '--access', 'public', '--provenance', '--ignore-scripts'], {
      stdio: 'inherit',
    })
  }
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const folder = join(root, 'release')
  const [half] = process.argv.slice(2)
  if (half === 'pack') packRelease(root, folder)
  else if (half === 'publish') publishRelease(root, folder)
  else throw new Error('Expected `pack` or `publish`.')
}

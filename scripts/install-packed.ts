import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Installs packed packages without a registry: side by side, with the
 * dependencies that the workspace has already.
 *
 * @returns the folder that holds them.
 */
export function installPacked(tarballs: readonly string[], modules: string, root: string): string {
  mkdirSync(modules, { recursive: true })
  const names = tarballs.map((tarball) => {
    const unpacked = mkdtempSync(`${modules}-`)
    const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', unpacked], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    const { name } = JSON.parse(readFileSync(join(unpacked, 'package', 'package.json'), 'utf8')) as Manifest
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    renameSync(join(unpacked, 'package'), join(modules, name))
    return name
  })
  for (const name of names) {
    const workspace = join(root, 'packages', name.replace('@skein/', ''))
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as Manifest
    for (const dependency of neededBy(manifest)) {
      const link = join(modules, dependency)
      if (existsSync(link)) continue
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(realpathSync(join(workspace, 'node_modules', dependency)), link)
    }
  }
  return modules
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** What a package works with: its dependencies, and the peers that are not optional. */
function neededBy({ dependencies, peerDependencies, peerDependenciesMeta }: Manifest): readonly string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
  return [...Object.keys(dependencies ?? {}), ...peers]
}

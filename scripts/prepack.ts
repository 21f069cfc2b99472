/**
 * Builds a package before it is packed, so that nothing unbuilt or removed is published:
 * every package's `prepack`.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * Builds the package in a folder.
 *
 * @param packer - The `npm_config_user_agent` of whoever packs.
 * @throws when another packs than pnpm, and when the build fails.
 */
export function prepack(folder: string, packer: string): void {
  if (!packer.startsWith('pnpm/')) {
    throw new Error(
      'Pack with pnpm: `npx -y pnpm@12 pack`. Others ignore `publishConfig.exports` and `workspace:`, so nobody could ' +
        'load the package. npm publishes the tarball: `npm publish <tarball>`.',
    )
  }
  run(folder, 'tsc', '-b')
  for (const stale of staleFiles(folder)) rmSync(join(folder, 'dist', stale))
  const page = join(folder, 'page', 'build.ts')
  if (existsSync(page)) run(folder, process.execPath, page)
}

/** Built files whose sources are gone, relative to `dist`. */
export function staleFiles(folder: string): readonly string[] {
  const built = globSync('**/*.{js,js.map,d.ts}', { cwd: join(folder, 'dist') })
  return built.filter((name) => !existsSync(join(folder, 'src', name.replace(/\.(?:js|js\.map|d\.ts)$/, '.ts'))))
}

function run(folder: string, command: string, ...args: readonly string[]): void {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`
  // pnpm reads the standard output: it is what `pack` prints.
  const stdio = ['ignore', 2, 2] as const
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    env: { ...process.env, PATH: path },
    stdio: [...stdio],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${folder}.`)
}

if (import.meta.main) {
  try {
    prepack(process.cwd(), process.env['npm_config_user_agent'] ?? '')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

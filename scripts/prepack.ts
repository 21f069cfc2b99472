/**
 * Builds a package before it is packed, so that nothing unbuilt or removed is published:
 * every package's `prepack`.
 *
 * @module
 */

import { existsSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { buildPackage, run } from './bundle.ts'

/**
 * Builds the package in a folder.
 *
 * @param packer - The `npm_config_user_agent` of whoever packs.
 * @throws when another packs than pnpm, and when the build fails.
 */
export async function prepack(folder: string, packer: string): Promise<void> {
  if (!packer.startsWith('pnpm/')) {
    throw new Error(
      'Pack with pnpm: `npx -y pnpm@12 pack`. Others ignore `publishConfig.exports` and `workspace:`, so nobody could ' +
        'load the package. npm publishes the tarball: `npm publish <tarball>`.',
    )
  }
  await buildPackage(folder)
  for (const stale of staleFiles(folder)) rmSync(join(folder, 'dist', stale))
  const page = join(folder, 'page', 'build.ts')
  if (existsSync(page)) run(folder, process.execPath, page)
}

/** Declarations whose sources are gone, relative to `dist`. */
export function staleFiles(folder: string): readonly string[] {
  const built = globSync('**/*.d.ts', { cwd: join(folder, 'dist') })
  return built.filter((name) => !existsSync(join(folder, 'src', name.replace(/\.d\.ts$/, '.ts'))))
}

if (import.meta.main) {
  try {
    await prepack(process.cwd(), process.env['npm_config_user_agent'] ?? '')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Plugin } from 'vitest/config'

const packages = join(import.meta.dirname, '..', 'packages') + sep

/**
 * Tells a source under test that it stands where it is published: modules that ask for their place start threads of
 * the files beside them. Such a thread loads the two dozen files that users get in place of several hundred sources.
 */
export function builtPlaces(): Plugin {
  return {
    name: 'built-places',
    transform(code, id) {
      if (!id.startsWith(packages) || !code.includes('import.meta.url')) return
      const [name = '', folder, ...path] = id.slice(packages.length).split(sep)
      if (folder !== 'src') return
      const built = join(packages, name, 'dist', ...path).replace(/\.ts$/, '.js')
      if (!existsSync(built)) return
      return { code: `import.meta.url = ${JSON.stringify(pathToFileURL(built).href)};${code}`, map: null }
    },
  }
}

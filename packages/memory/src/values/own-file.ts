import { existsSync } from 'node:fs'

import { PackageBundledError } from './errors.ts'

/**
 * The URL of a file of a package, named from one of its modules. Bundlers don't see this use of `import.meta.url`, so
 * they neither copy the file nor fail at it.
 *
 * @param moduleUrl - The module's `import.meta.url`; bundles in CommonJS have none.
 * @param module - The name of the module's file, without its ending.
 * @param file - Relative to the module; `.js` stands for `.ts` in a workspace, which is not built.
 * @throws PackageBundledError when a bundler has moved the module into another file.
 */
export function ownFile(packageName: string, moduleUrl: string | undefined, module: string, file: string): URL {
  if (moduleUrl === undefined || isBundled(moduleUrl, module)) throw new PackageBundledError(packageName, moduleUrl)
  const url = new URL(moduleUrl.endsWith('.ts') ? file.replace(/\.js$/, '.ts') : file, moduleUrl)
  // Some bundlers name the file that the module came from, as it was or as it is called within the bundle.
  if (!existsSync(new URL(moduleUrl))) throw new PackageBundledError(packageName, moduleUrl)
  return url
}

/** Whether a bundler has moved a module into another file, whose exports are others. */
export function isBundled(moduleUrl: string | undefined, module: string): boolean {
  return moduleUrl === undefined || !moduleUrl.slice(moduleUrl.lastIndexOf('/') + 1).startsWith(`${module}.`)
}

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

/** Flags that say how modules are found and loaded. */
const loading = /^(?:--import|--require|-r|--conditions|-C|--loader|--experimental-loader)(?:=|$)/
/** Flags that say what a process may do. */
const permission = /^--(?:permission|experimental-permission|allow-[\w-]+)(?:=|$)/

/**
 * Options of a thread that begins with a file. A thread inherits all flags of its process, and Node.js refuses
 * `--input-type` there, since it is about the text of `--eval`. With that flag it gets those about loading and permissions.
 */
export function threadFlags(): { readonly execArgv?: string[] } {
  const flags = process.execArgv
  if (!flags.some((flag) => flag.startsWith('--input-type'))) return {}
  const isKept = (flag: string): boolean => loading.test(flag) || permission.test(flag)
  const isValue = (at: number): boolean => isKept(flags[at - 1] ?? '') && !flags[at - 1]?.includes('=')
  return { execArgv: flags.filter((flag, at) => isKept(flag) || (isValue(at) && !flag.startsWith('-'))) }
}

/** Whether a bundler has moved a module into another file, whose exports are others. */
export function isBundled(moduleUrl: string | undefined, module: string): boolean {
  return moduleUrl === undefined || !moduleUrl.slice(moduleUrl.lastIndexOf('/') + 1).startsWith(`${module}.`)
}

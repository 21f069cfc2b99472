import type { GetManualChunk } from 'rollup'

/**
 * Says which modules of a package share a file: of those that its main entry point loads, the ones that the same
 * placed modules load as well. Node.js takes longer to find a file than to read it. A thread, which begins with a
 * placed module, still loads no more than it needs. No two of these files need each other, since what a module imports
 * is loaded by whatever loads that module.
 *
 * @param main - The main entry point.
 * @param others - The other entry points. Those that it doesn't load count for nothing: a program has it as well.
 * @param placed - The modules that stay files of their own.
 */
export function chunkOf(main: string, others: readonly string[], placed: readonly string[]): GetManualChunk {
  const names = new Map<string, string>()
  let rootsOf: ReadonlyMap<string, readonly string[]> | undefined
  return (id, { getModuleInfo }) => {
    rootsOf ??= findRoots([main, ...others, ...placed], (module) => getModuleInfo(module)?.importedIds ?? [])
    const roots = rootsOf.get(id) ?? []
    if ([main, ...others, ...placed].includes(id) || !roots.includes(main)) return undefined
    const key = roots.filter((root) => !others.includes(root) || rootsOf?.get(root)?.includes(main)).join('\n')
    const name = names.get(key) ?? (names.size === 0 ? 'shared' : `shared-${names.size + 1}`)
    names.set(key, name)
    return name
  }
}

/** Which of some modules load each module. */
function findRoots(
  roots: readonly string[],
  importsOf: (id: string) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const root of roots) {
    for (const id of closureOf(root, importsOf)) found.set(id, [...(found.get(id) ?? []), root])
  }
  return found
}

/** A module, and all that it loads. */
function closureOf(module: string, importsOf: (id: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set([module])
  for (const id of seen) for (const imported of importsOf(id)) seen.add(imported)
  return seen
}

import type { GetManualChunk } from 'rollup'

/**
 * Says which modules of a package share a file: of those that its main entry point loads, the ones that the same
 * placed modules load as well. Node.js takes longer to find a file than to read it. A thread, which begins with a
 * placed module, still loads no more than it needs. No two of these files need each other, since what a module imports
 * is loaded by whatever loads that module.
 *
 * @param main - The main entry point.
 * @param others - The other entry points. Those count that load a part of it, for programs that begin with that part;
 * the rest count for nothing, as a program has the main entry point as well.
 * @param placed - The modules that stay files of their own.
 */
export function chunkOf(main: string, others: readonly string[], placed: readonly string[]): GetManualChunk {
  const names = new Map<string, string>()
  let found:
    | { readonly rootsOf: ReadonlyMap<string, readonly string[]>; readonly parts: ReadonlySet<string> }
    | undefined
  return (id, { getModuleInfo }) => {
    found ??= find((module) => getModuleInfo(module)?.importedIds ?? [])
    const roots = found.rootsOf.get(id) ?? []
    if ([main, ...others, ...placed].includes(id) || !roots.includes(main)) return undefined
    const key = roots.filter((root) => !others.includes(root) || found?.parts.has(root)).join('\n')
    const name = names.get(key) ?? (names.size === 0 ? 'shared' : `shared-${names.size + 1}`)
    names.set(key, name)
    return name
  }

  function find(importsOf: (id: string) => readonly string[]): NonNullable<typeof found> {
    const rootsOf = findRoots([main, ...others, ...placed], importsOf)
    const isPart = (entry: string): boolean =>
      Array.from(closureOf(entry, importsOf)).every(
        (id) => id === entry || id.startsWith('node:') || rootsOf.get(id)?.includes(main),
      )
    return { rootsOf, parts: new Set(others.filter((entry) => isPart(entry))) }
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

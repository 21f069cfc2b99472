/** The keys of the work that a saved machine waits for: of its children and their children. */
export function workKeys(saved: unknown): ReadonlySet<string> {
  const keys = new Set<string>()
  collect((saved as { readonly snapshot?: unknown } | undefined)?.snapshot, keys)
  return keys
}

function collect(snapshot: unknown, keys: Set<string>): void {
  const { key, children = {} } = (snapshot ?? {}) as {
    key?: unknown
    children?: Record<string, { snapshot?: unknown }>
  }
  if (typeof key === 'string') keys.add(key)
  for (const child of Object.values(children)) collect(child.snapshot, keys)
}

/**
 * Whether the event descriptors of a machine (`open`, `door.*`, `*`) match a
 * type.
 *
 * @param descriptors - `undefined` matches everything.
 */
export function takesType(descriptors: readonly string[] | undefined, type: string): boolean {
  if (descriptors === undefined || descriptors.includes(type)) return true
  return descriptors.some((descriptor) => matchesType(descriptor, type))
}

/** Whether one descriptor matches a type: `door.*` also matches `door`, as in XState. */
export function matchesType(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === '*') return true
  if (!descriptor.endsWith('.*')) return false
  const prefix = descriptor.slice(0, -2)
  return type.startsWith(prefix) && (type.length === prefix.length || type[prefix.length] === '.')
}

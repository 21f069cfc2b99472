/**
 * Whether the event descriptors of a machine (`open`, `door.*`, `*`) match a
 * type.
 *
 * @param descriptors - `undefined` matches everything.
 */
export function takesType(descriptors: readonly string[] | undefined, type: string): boolean {
  if (descriptors === undefined || descriptors.includes(type)) return true
  return descriptors.some((one) => one === '*' || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))))
}

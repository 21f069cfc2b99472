/** The guards that a machine names, by their names. */
export type Guards = Readonly<Record<string, unknown>>

interface GuardObject {
  readonly type?: string
  readonly params?: unknown
  readonly guards?: readonly unknown[]
  readonly check?: unknown
}

/**
 * Whether a guard may read the event: unless its source shows that it takes other
 * parts alone, such as `({ context }) => …`. Minifiers keep the names of parts.
 *
 * @param guards - Those that the machine names.
 */
export function mayReadEvent(guard: unknown, guards: Guards): boolean {
  if (guard === undefined) return false
  if (typeof guard === 'string') return mayReadEvent(guards[guard], guards)
  const { type, params, guards: parts, check } = guard as GuardObject
  if (parts) return parts.some((part) => mayReadEvent(part, guards))
  // Of the guards that XState makes, only those of other guards read events.
  if (check !== undefined) return false
  if (typeof guard === 'function') return mayRead(guard)
  return (typeof params === 'function' && mayRead(params)) || mayReadEvent(type, guards)
}

// oxlint-disable-next-line typescript/no-unsafe-function-type -- Only its text and its number of parameters count.
function mayRead(read: Function): boolean {
  const source = String(read)
  const parts = /^(?:async\s*)?(?:function\b[^(]*|[\w$]+\s*)?\(\s*\{([^}]*)\}/.exec(source)?.[1]
  return parts === undefined ? read.length > 0 || /\barguments\b|native code|^\(?\.\.\./.test(source) : /\bevent\b|\.\.\./.test(parts)
}

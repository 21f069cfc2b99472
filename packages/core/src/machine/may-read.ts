/**
 * Whether a function that XState calls may read a part of its argument, such as
 * `event` or `spawn`: unless its source shows that it takes other parts alone, as
 * in `({ context }) => …`. Minifiers keep the names of parts.
 */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- Only its text and its number of parameters count.
export function mayRead(read: Function, part: 'event' | 'spawn'): boolean {
  const source = String(read)
  const parts = /^(?:async\s*)?(?:function\b[^(]*|[\w$]+\s*)?\(\s*\{([^}]*)\}/.exec(source)?.[1]
  if (parts === undefined) return read.length > 0 || /\barguments\b|native code|^\(?\.\.\./.test(source)
  // A pattern within the pattern ends its text too early.
  return parts.includes('...') || words[part].test(parts.includes('{') ? source : parts)
}

const words = { event: /\bevent\b/, spawn: /\bspawn\b/ } as const

/** The guards that a machine names, by their names. */
export type Guards = Readonly<Record<string, unknown>>

interface GuardObject {
  readonly type?: string
  readonly params?: unknown
  readonly guards?: readonly unknown[]
  readonly check?: unknown
}

/** Whether a guard may read the event. @param guards - Those that the machine names. */
export function guardMayReadEvent(guard: unknown, guards: Guards): boolean {
  if (guard === undefined) return false
  if (typeof guard === 'string') return guardMayReadEvent(guards[guard], guards)
  const { type, params, guards: parts, check } = guard as GuardObject
  if (parts) return parts.some((part) => guardMayReadEvent(part, guards))
  // Of the guards that XState makes, only those of other guards read events.
  if (check !== undefined) return false
  if (typeof guard === 'function') return mayRead(guard, 'event')
  return (typeof params === 'function' && mayRead(params, 'event')) || guardMayReadEvent(type, guards)
}

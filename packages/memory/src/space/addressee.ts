import { requireStrings } from '../values/require-option.ts'

/** An addressee of an alert: an agent by its id, or every agent of a role. */
export type Addressee = string | { readonly role: string }

/** The tag of alerts to an addressee: it distinguishes an agent from a role of the same name. @throws OptionError */
export function addressTag(to: Addressee): string {
  const [kind, name] = typeof to === 'string' ? (['agent', to] as const) : (['role', to?.role] as const)
  requireStrings('to', [name])
  return `${kind}:${name}`
}

/** A child as XState saves it. */
export interface SavedChild {
  readonly src: string
  readonly systemId?: string | undefined
  readonly snapshot: unknown
}

/** A machine as XState saves it. */
export interface SavedSnapshot {
  readonly value: unknown
  readonly context: unknown
  readonly children: Readonly<Record<string, SavedChild>>
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>
}

/** Whether this is a snapshot of any logic of XState. */
export function isSnapshot(value: unknown): value is object {
  return typeof value === 'object' && value !== null && typeof (value as { status?: unknown }).status === 'string'
}

/** Whether a snapshot is that of a machine. */
export function isOfMachine(snapshot: object): snapshot is SavedSnapshot {
  const { children } = snapshot as { readonly children?: unknown }
  return 'value' in snapshot && typeof children === 'object' && children !== null
}

/** Whether the child continues when it is restored. */
export function isActive({ snapshot }: SavedChild): boolean {
  return isSnapshot(snapshot) && (snapshot as { readonly status?: unknown }).status === 'active'
}

/** A copy of a saved context whose references to children have their new ids. */
export function withRenamedRefs(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withRenamedRefs(item, ids))
  const { id } = value as { readonly id?: unknown }
  if ('xstate$$type' in value && typeof id === 'string') return { ...value, id: ids.get(id) ?? id }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withRenamedRefs(item, ids)]))
}

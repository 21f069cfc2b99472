/** What the record of an object says of its content. */
export interface ObjectInfo {
  /** In bytes. */
  readonly size: number
  readonly mediaType: string
  /** What people are shown it as. */
  readonly title?: string
}

/** What the decoded value of an object's record says; `undefined` when it makes no sense. */
export function objectInfoOf(value: unknown): ObjectInfo | undefined {
  const isInfo = typeof value === 'object' && value !== null && 'mediaType' in value && 'size' in value
  return isInfo ? (value as ObjectInfo) : undefined
}

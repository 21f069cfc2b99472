import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'

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

/** What the record of an object says of its content. */
export function objectInfo(record: StoredRecord): ObjectInfo {
  return decodeJson(record.value) as ObjectInfo
}

/** The key of an object's record. */
export function objectKey(id: string): { readonly collection: 'objects'; readonly id: string } {
  return { collection: 'objects', id }
}

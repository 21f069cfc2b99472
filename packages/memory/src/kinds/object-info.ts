import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'

/** What an object's record says about the content. */
export interface ObjectInfo {
  /** In bytes. */
  readonly size: number
  readonly mediaType: string
  /** The title that people see. */
  readonly title?: string
}

/** Reads the decoded value of an object's record; `undefined` when it is malformed. */
export function objectInfoOf(value: unknown): ObjectInfo | undefined {
  const isInfo = typeof value === 'object' && value !== null && 'mediaType' in value && 'size' in value
  return isInfo ? (value as ObjectInfo) : undefined
}

/** Reads an object's record, whose value is JSON text. */
export function objectInfo(record: StoredRecord): ObjectInfo {
  return decodeJson(record.value) as ObjectInfo
}

/** The key of an object's record. */
export function objectKey(id: string): { readonly collection: 'objects'; readonly id: string } {
  return { collection: 'objects', id }
}

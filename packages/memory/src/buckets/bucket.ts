/** Bytes at a key of a bucket, and when they were put there. */
export interface BucketEntry {
  readonly key: string
  /** Unix milliseconds, by the bucket's clock. */
  readonly at: number
}

/**
 * Keeps bytes outside of a store: `folderBucket()` and `s3Bucket()` make one, and so can you. Keys are made of
 * letters, digits, `/`, `-`, `_`, `.` and `%`; each is written once.
 */
export interface Bucket {
  /** Resolves once the bytes survive what the bucket promises to survive. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Resolves to the bytes from `start` up to but excluding `end`, or to all; `undefined` if there are none. */
  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined>
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>
  /** All that begins with a prefix, in any order. */
  list(prefix: string): AsyncIterable<BucketEntry>
}

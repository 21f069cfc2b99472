/**
 * Large objects outside of the store: in a folder that machines share, or on a server with the API of S3.
 *
 * @module
 */

import './values/require-node.ts'

export { withBucket } from './buckets/with-bucket.ts'
export { folderBucket } from './buckets/folder-bucket.ts'
export { s3Bucket } from './buckets/s3-bucket.ts'
export type { Bucket, BucketEntry } from './buckets/bucket.ts'
export type { BucketOptions } from './buckets/with-bucket.ts'
export type { S3BucketOptions } from './buckets/s3-bucket.ts'

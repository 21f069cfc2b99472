import { OptionError } from '@skein/memory'
import type { Bucket } from '@skein/memory/buckets'

/**
 * The bucket that `SKEIN_BUCKET` names: the path of a folder, or the URL of a bucket with the API of S3, such as
 * `https://HOST/BUCKET/PREFIX`.
 *
 * @returns undefined when the variable is not set.
 * @throws OptionError
 */
export async function bucketFromEnvironment(): Promise<Bucket | undefined> {
  const { SKEIN_BUCKET: place = '' } = process.env
  if (place === '') return undefined
  const { folderBucket, s3Bucket } = await import('@skein/memory/buckets')
  if (!/^https?:/.test(place)) return folderBucket(place)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = process.env
  const { AWS_SESSION_TOKEN: sessionToken } = process.env
  const url = URL.canParse(place) ? new URL(place) : undefined
  const [bucket = '', ...rest] = url?.pathname.slice(1).split('/').map(decodeURIComponent) ?? []
  if (!url || bucket === '') throw new OptionError('SKEIN_BUCKET', 'a folder, or https://HOST/BUCKET', place)
  if (!accessKeyId || !secretAccessKey)
    throw new OptionError('SKEIN_BUCKET', 'with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set', place)
  const prefix = rest.join('/')
  return s3Bucket({ endpoint: url.origin, bucket, prefix, accessKeyId, secretAccessKey, region, sessionToken })
}

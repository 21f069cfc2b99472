import type { AwsClient } from 'aws4fetch'

import { OptionError } from '../values/errors.ts'
import { requireDuration } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { Bucket, BucketEntry } from './bucket.ts'

/** Options of {@link s3Bucket}. */
export interface S3BucketOptions {
  /** Where the API is, such as `https://s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000`. */
  readonly endpoint: string
  readonly bucket: string
  /**
   * How keys begin in the bucket, such as `skein/`.
   *
   * @defaultValue ''
   */
  readonly prefix?: string | undefined
  /** @defaultValue 'us-east-1' */
  readonly region?: string | undefined
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
  /**
   * Longest time that one request may take.
   *
   * @defaultValue 60000
   */
  readonly timeoutMs?: number | undefined
}

const kinds: OptionKinds<S3BucketOptions> = {
  endpoint: 'string',
  bucket: 'string',
  prefix: 'string',
  region: 'string',
  accessKeyId: 'string',
  secretAccessKey: 'string',
  sessionToken: 'string',
  timeoutMs: 'number',
}

/**
 * A bucket of a server with the API of S3: Amazon's, MinIO, Garage, R2 and others. Needs the package `aws4fetch`. Failed
 * requests are repeated three times.
 *
 * @throws OptionError
 * @example
 * import { folderBucket, s3Bucket } from '@skein/memory/buckets'
 *
 * const { S3_KEY_ID, S3_SECRET } = process.env
 * const bucket =
 *   S3_KEY_ID && S3_SECRET
 *     ? s3Bucket({ endpoint: 'http://127.0.0.1:9000', bucket: 'flock', accessKeyId: S3_KEY_ID, secretAccessKey: S3_SECRET })
 *     : folderBucket('objects')
 */
export function s3Bucket(options: S3BucketOptions): Bucket {
  const given = requireOptions('s3Bucket', options, kinds)
  for (const name of ['endpoint', 'bucket', 'accessKeyId', 'secretAccessKey'] as const)
    if (!given[name]) throw new OptionError(name, 'a string that is not empty', given[name])
  if (!URL.canParse(given.endpoint))
    throw new OptionError('endpoint', 'a URL, such as https://s3.example.com', given.endpoint)
  const { timeoutMs = 60_000 } = given
  requireDuration('timeoutMs', timeoutMs)
  return new S3Bucket({ ...given, timeoutMs })
}

const attempts = 3

class S3Bucket implements Bucket {
  readonly #options: S3BucketOptions & { readonly timeoutMs: number }
  #client: Promise<AwsClient> | undefined

  constructor(options: S3BucketOptions & { readonly timeoutMs: number }) {
    this.#options = options
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    // What lies in memory that threads share has to be copied.
    await this.#ask(this.#urlOf(key), { method: 'PUT', body: Uint8Array.from(bytes) })
  }

  async get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined> {
    if (range && range.end <= range.start) return new Uint8Array()
    const headers = range ? { range: `bytes=${range.start}-${range.end - 1}` } : {}
    const response = await this.#ask(this.#urlOf(key), { headers }, [404, 416])
    if (response.status === 416) return new Uint8Array()
    return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer())
  }

  async delete(key: string): Promise<void> {
    await this.#ask(this.#urlOf(key), { method: 'DELETE' }, [404])
  }

  async *list(prefix: string): AsyncGenerator<BucketEntry> {
    const { prefix: own = '' } = this.#options
    for (let token: string | undefined; ;) {
      const url = new URL(this.#urlOf(''))
      const query = { 'list-type': '2', 'encoding-type': 'url', prefix: own + prefix, 'continuation-token': token }
      for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
      const text = await (await this.#ask(url.href, {})).text()
      for (const entry of text.split('<Contents>').slice(1)) {
        const key = decodeURIComponent(elementOf(entry, 'Key')?.replaceAll('+', ' ') ?? '')
        yield { key: key.slice(own.length), at: Date.parse(elementOf(entry, 'LastModified') ?? '') }
      }
      token = elementOf(text, 'NextContinuationToken')
      if (token === undefined) return
    }
  }

  #urlOf(key: string): string {
    const { endpoint, bucket, prefix = '' } = this.#options
    const path = key === '' ? [bucket] : [bucket, ...`${prefix}${key}`.split('/')]
    return `${endpoint.replace(/\/$/, '')}/${path.map((part) => encodeURIComponent(part)).join('/')}`
  }

  /** @throws Error when the server does not answer in time, or refuses. */
  async #ask(url: string, init: RequestInit, alsoFine: readonly number[] = []): Promise<Response> {
    const client = await (this.#client ??= this.#load())
    const signal = AbortSignal.timeout(this.#options.timeoutMs)
    const response = await client.fetch(url, { ...init, signal })
    if (response.ok || alsoFine.includes(response.status)) return response
    const text = await response.text()
    const reason = elementOf(text, 'Message') ?? elementOf(text, 'Code') ?? ''
    throw new Error(`${this.#options.endpoint} answered ${response.status}. ${reason}`.trim())
  }

  async #load(): Promise<AwsClient> {
    const { accessKeyId, secretAccessKey, sessionToken, region = 'us-east-1' } = this.#options
    const { AwsClient } = await import('aws4fetch').catch((cause: unknown) => {
      throw new Error('s3Bucket needs the package aws4fetch: run `npm install aws4fetch`.', { cause })
    })
    const session = sessionToken === undefined ? {} : { sessionToken }
    return new AwsClient({ accessKeyId, secretAccessKey, ...session, region, service: 's3', retries: attempts })
  }
}

/** The text of the first element of a name. */
function elementOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`)
  const end = xml.indexOf(`</${name}>`, start)
  if (start < 0 || end < 0) return undefined
  const text = xml.slice(start + name.length + 2, end)
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: keyof typeof entities) => entities[entity])
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest()
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

/** As much of a server with the API of S3 as a bucket needs. It checks signatures (AWS Signature Version 4). */
export class S3Server {
  readonly #server: Server
  readonly #objects = new Map<string, { readonly bytes: Buffer; readonly at: Date }>()
  readonly options: {
    readonly endpoint: string
    readonly bucket: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }

  private constructor(server: Server) {
    this.#server = server
    const { port } = server.address() as AddressInfo
    const endpoint = `http://127.0.0.1:${port}`
    this.options = { endpoint, bucket: 'flock', accessKeyId: 'ann', secretAccessKey: 'a secret/of+ann' }
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<S3Server> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new S3Server(server)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const url = new URL(request.url ?? '', this.options.endpoint)
    const refuse = (status: number, message: string): void => {
      response.writeHead(status).end(`<Error><Code>Refused</Code><Message>${message}</Message></Error>`)
    }
    if (!this.#isSigned(request, url, body)) return refuse(403, 'The signature does not match.')
    const [, bucket, ...path] = url.pathname.split('/').map((part) => decodeURIComponent(part))
    if (bucket !== this.options.bucket) return refuse(404, 'There is no such bucket.')
    const key = path.join('/')
    const found = this.#objects.get(key)
    if (key === '') return void response.end(this.#list(url.searchParams))
    if (request.method === 'PUT') {
      this.#objects.set(key, { bytes: body, at: new Date() })
      response.end()
    } else if (request.method === 'DELETE') {
      this.#objects.delete(key)
      response.writeHead(204).end()
    } else if (found) {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      if (start === undefined) response.end(found.bytes)
      else if (Number(start) >= found.bytes.length) refuse(416, 'Nothing is there.')
      else response.writeHead(206).end(found.bytes.subarray(Number(start), Number(end) + 1))
    } else refuse(404, 'There is no such key.')
  }

  /** One key a page, so that whoever lists has to go on. */
  #list(query: URLSearchParams): string {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted()
    const from = Number(query.get('continuation-token') ?? 0)
    const key = keys[from]
    const at = key === undefined ? '' : (this.#objects.get(key)?.at.toISOString() ?? '')
    const contents =
      key === undefined ? '' : `<Contents><Key>${encoded(key)}</Key><LastModified>${at}</LastModified></Contents>`
    const next = from + 1 < keys.length ? `<NextContinuationToken>${from + 1}</NextContinuationToken>` : ''
    return `<ListBucketResult>${contents}${next}</ListBucketResult>`
  }

  #isSigned({ method, headers }: IncomingMessage, url: URL, body: Buffer): boolean {
    const given = /Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)/
    const [, id, day = '', region = '', names = '', signature] = given.exec(headers.authorization ?? '') ?? []
    const digest = String(headers['x-amz-content-sha256'])
    if (id !== this.options.accessKeyId || (digest !== 'UNSIGNED-PAYLOAD' && digest !== sha256(body))) return false
    const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).toSorted()
    const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
    const request = [method, url.pathname, query.join('&'), signed.join(''), names, digest].join('\n')
    const scope = `${day}/${region}/s3/aws4_request`
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n')
    const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
      (last, part) => hmac(last, part),
      `AWS4${this.options.secretAccessKey}`,
    )
    return hmac(key, text).toString('hex') === signature
  }
}

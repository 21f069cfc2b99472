import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

import type { Tarballs } from './pack.ts'

/** What a manifest says of a version. */
type Manifest = Readonly<Record<'name' | 'version', string>>

/**
 * A registry as it will be after the release: it has the packed packages, and sends clients to the usual registry for
 * all others. So commands such as `npm install skein` run as they are written.
 */
export class Registry {
  readonly #server: Server
  readonly url: string

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(tarballs: Tarballs): Promise<Registry> {
    const files = new Map(Object.values(tarballs).map((path) => [basename(path), path]))
    const usual = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '')
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '/').slice(1)
      const tarball = tarballs[path]
      const file = files.get(path.replace(/^-\//, ''))
      if (tarball !== undefined) {
        const origin = `http://${request.headers.host}`
        response.setHeader('content-type', 'application/json').end(JSON.stringify(packageOf(tarball, origin)))
      } else if (file === undefined) {
        response.writeHead(307, { location: `${usual}${request.url}` }).end()
      } else response.end(readFileSync(file))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Registry(server)
  }

  async close(): Promise<void> {
    this.#server.close().closeAllConnections()
    await once(this.#server, 'close')
  }
}

/** What a registry answers about a package that has one version. */
function packageOf(tarball: string, origin: string): object {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  const manifest = JSON.parse(text) as Manifest
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  const dist = { integrity, tarball: `${origin}/-/${basename(tarball)}` }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}

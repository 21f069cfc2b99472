import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')) as Record<string, unknown>
}

it('server.json names the package that starts the server, and both the same server and version', () => {
  const server = read('../server.json')
  const command = read('../../skein/package.json')
  expect(server).toMatchObject({
    name: command['mcpName'],
    version: command['version'],
    packages: [{ registryType: 'npm', identifier: command['name'], version: command['version'] }],
  })
  expect(String(server['description']).length).toBeLessThanOrEqual(100)
})

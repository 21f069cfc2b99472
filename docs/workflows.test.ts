import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

describe.each(globSync('.github/workflows/*.yml', { cwd: root }))('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const jobs = text
    .split(/^jobs:\n/m)[1]
    ?.split(/^ {2}(?=[\w-]+:\n)/m)
    .slice(1)

  it('gives rights to jobs, never to all of them, and what publishes installs nothing', () => {
    expect(text).toContain('\npermissions: {}\n')
    expect(jobs?.length).toBeGreaterThan(1)
    for (const job of jobs ?? []) {
      expect(job).toMatch(/^ {4}permissions:\n/m)
      expect(job).toMatch(/^ {4}timeout-minutes: \d+$/m)
      if (job.includes('id-token: write')) expect(job).not.toMatch(/pnpm|npm (?:ci|install)|npx/)
    }
  })

  it('runs scripts that are there', () => {
    const named = Array.from(text.matchAll(/pnpm@12 ([\w:-]+)/g), ([, name = '']) => name)
    expect(named.filter((name) => name !== 'install' && scripts[name] === undefined)).toEqual([])
    const files = Array.from(text.matchAll(/\bnode (\S+\.ts)/g), ([, path = '']) => path)
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

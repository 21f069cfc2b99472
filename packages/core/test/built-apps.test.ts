import { createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { mapStore, OptionError, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { isBundled, ownFile } from '@skein/memory/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let memory: Memory
let flock: Flock

beforeAll(async () => {
  memory = await openMemory({ store: mapStore() })
  flock = await createFlock({ memory, threads: 1 })
})

afterAll(async () => {
  await flock.close()
  await memory.close()
})

interface Report {
  readonly count: import('@skein/core').Activity<string, number>
}

describe('the module of activities', () => {
  it.each([
    ['the TypeScript file of which the build made JavaScript', './built/report.ts'],
    ['the same with a query', './built/report.ts?v=2'],
    ['an .mts file that became .mjs', './built/module.mts'],
    ['a .ts file that a bundler for ES modules turned into .mjs', './built/module.ts'],
    ['a .cts file that became .cjs', './built/named.cts'],
    ['CommonJS with `exports.x`', './built/named.cjs'],
    ['CommonJS whose `module.exports` Node sees only when it runs', './built/whole.cjs'],
    ['an ES module with a default export, compiled to CommonJS', './built/compiled.cjs'],
  ])('may be %s', async (_, path) => {
    const { count } = flock.activities<Report>(new URL(path, import.meta.url))
    expect(await count('to be or not to be')).toBe(6)
  })

  it('may be what `import.meta.resolve` returns', async () => {
    const { count } = flock.activities<Report>(new URL('./built/report.js', import.meta.url).href)
    expect(await count('to be')).toBe(2)
  })

  it('may be a URL of another realm, which is an instance of another class', async () => {
    const { href } = new URL('./built/report.js', import.meta.url)
    expect(await flock.activities<Report>({ href } as URL).count('to be')).toBe(2)
  })

  it.each([
    './report.ts',
    '/app/report.ts',
    '/_next/static/media/report.abc.ts',
    'report',
    '',
    'https://example.com/a.js',
  ])('is refused as %j, with what to write', (given) => {
    expect(() => flock.activities(given)).toThrow(OptionError)
    expect(() => flock.activities(given)).toThrow(/import\.meta\.resolve.*process\.cwd\(\)/)
  })

  it('that is not there is told with the way out of a built app', async () => {
    const { count } = flock.activities<Report>(new URL('./built/absent.ts', import.meta.url))
    await expect(count('x')).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_LOAD',
      message: expect.stringMatching(/absent\.ts.*entry point of the build/s) as string,
    })
  })
})

describe('a package that a bundler took in', () => {
  const { url } = import.meta

  it('finds its files while its module is where it was', () => {
    expect(ownFile('@skein/core', url, 'built-apps.test', './built/report.js').href).toMatch(/built\/report\.ts$/)
    expect(isBundled(url, 'built-apps.test')).toBe(false)
  })

  it.each([
    ['the bundle', 'file:///app/dist/main.js'],
    ['a chunk named after it', 'file:///app/dist/assets/thread-file-DYRsFbZz.js'],
    ['a path within the bundle', 'file:///ROOT/node_modules/@skein/core/dist/activities/thread-file.js'],
    ['no URL, in CommonJS', undefined],
  ])('says which setting leaves it out, when its module is %s', (_, moved) => {
    const find = (): URL => ownFile('@skein/core', moved, 'thread-file', './activity-thread.js')
    expect(find).toThrow(expect.objectContaining({ code: 'SKEIN_BUNDLED', package: '@skein/core' }) as Error)
    expect(find).toThrow(/packages: 'external'.*ssr:.*serverExternalPackages/s)
  })
})

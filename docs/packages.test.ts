import { spawnSync } from 'node:child_process'
import { globSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { checkFootprints, footprintOf, renderFootprints } from '../scripts/footprint.ts'
import { checkManifests, packageFolders, readManifest } from '../scripts/manifests.ts'
import { checkPackage } from '../scripts/packed.ts'
import { prepack, staleFiles } from '../scripts/prepack.ts'
import { inOrder, writeBills } from '../scripts/release.ts'

const root = join(import.meta.dirname, '..')
const manifests = packageFolders(root).map((folder) => readManifest(join(root, folder)))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-packages-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes files by their paths; returns the folder. */
function write(name: string, files: Readonly<Record<string, unknown>>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, name, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return join(folder, name)
}

/** The manifests of the repository and what belongs to them, without the code. */
function copyManifests(name: string): string {
  const copy = join(folder, name)
  const paths = [
    'package.json',
    'pnpm-workspace.yaml',
    '.changeset/config.json',
    '.changeset/changelog.mjs',
    'packages/mcp/server.json',
  ]
  const own = packageFolders(root).flatMap((path) => [`${path}/package.json`, `${path}/README.md`])
  for (const path of [...paths, ...own]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    copyFileSync(join(root, path), join(copy, path))
  }
  // READMEs link to guides.
  cpSync(join(root, 'docs', 'guide'), join(copy, 'docs', 'guide'), { recursive: true })
  return copy
}

describe('manifests', () => {
  it('say where the code, its home and its problems are', () => {
    expect(checkManifests(root)).toEqual([])
    for (const manifest of manifests) {
      expect(manifest).toMatchObject({
        license: 'MIT',
        repository: { type: 'git', directory: expect.stringMatching(/^packages\//) as string },
        homepage: expect.stringMatching(/^https:/) as string,
        bugs: { url: expect.stringMatching(/^https:/) as string },
        engines: { node: '>=22.18' },
        exports: { './package.json': './package.json' },
        publishConfig: { access: 'public', exports: { './package.json': './package.json' } },
      })
    }
  })

  it('that differ are named, and so are links that lead nowhere and packages that a release forgets', () => {
    const copy = copyManifests('differing')
    const path = join(copy, 'packages', 'core', 'package.json')
    writeFileSync(
      path,
      JSON.stringify({ ...readManifest(join(copy, 'packages', 'core')), version: '9.9.9' }, undefined, 2),
    )
    const readme = join(copy, 'packages', 'core', 'README.md')
    writeFileSync(readme, readFileSync(readme, 'utf8').replace('docs/guide/flock.md', 'docs/guide/absent.md'))
    writeFileSync(join(copy, 'packages', 'keyv', 'README.md'), 'See [the guide](../../docs/guide/adapters.md).')
    const config = join(copy, '.changeset', 'config.json')
    writeFileSync(config, readFileSync(config, 'utf8').replace('"@skein/mcp",', ''))
    expect(checkManifests(copy)).toEqual([
      'packages/core/package.json differs: run `node scripts/manifests.ts`.',
      'packages/keyv/README.md differs: run `node scripts/manifests.ts`.',
      expect.stringMatching(/^packages\/core\/README\.md links to \S+absent\.md, which does not exist\.$/),
      '@skein/mcp is not in the fixed group of .changeset/config.json.',
      expect.stringMatching(/^The packages have different versions: .*9\.9\.9/),
    ])
  })

  it('get one version together, whichever package a changeset names', () => {
    const copy = copyManifests('versions')
    // As before the first release.
    for (const path of packageFolders(copy)) {
      const file = join(copy, path, 'package.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, '"version": "0.0.0"'))
    }
    writeFileSync(join(copy, '.changeset', 'one.md'), "---\n'@skein/keyv': minor\n---\n\nA change.\n")
    const cli = join(root, 'node_modules', '@changesets', 'cli', 'bin.js')
    const { status, stderr } = spawnSync(process.execPath, [cli, 'version'], { cwd: copy, encoding: 'utf8' })
    expect(stderr).not.toMatch(/error/i)
    expect(status).toBe(0)
    const versions = packageFolders(copy).map((path) => readManifest(join(copy, path)).version)
    expect(versions).toEqual(manifests.map(() => '0.1.0'))
    const changes = packageFolders(copy).map((path) => readFileSync(join(copy, path, 'CHANGELOG.md'), 'utf8'))
    expect(changes.filter((text) => text.includes('- A change.'))).toHaveLength(1)
    expect(changes.filter((text) => text.includes('Updated dependencies'))).toEqual([])
  })
})

describe('a package that is packed', () => {
  it('was packed by pnpm: npm would leave its entry points at the sources', () => {
    const file = join(root, 'scripts', 'prepack.ts')
    const env = { ...process.env, npm_config_user_agent: 'npm/11.6.0 node/v24.0.0' }
    const { status, stderr } = spawnSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Pack with pnpm: .*npm publish <tarball>/)
  })

  it('was built, and holds nothing whose source is gone', async () => {
    const copy = write('built', {
      'package.json': { name: 'built', publishConfig: { exports: { '.': { default: './dist/index.js' } } } },
      'tsconfig.json': {
        compilerOptions: { rootDir: 'src', outDir: 'build', declarationDir: 'dist', composite: true, sourceMap: true },
        include: ['src'],
      },
      'src/index.ts': 'export const one: number = 1\n',
      'dist/gone.js': 'export {}\n',
      'dist/gone.d.ts': 'export {}\n',
    })
    expect(staleFiles(copy)).toEqual(['gone.d.ts'])
    await prepack(copy, 'pnpm/12.0.0')
    expect(globSync('dist/**/*', { cwd: copy }).toSorted()).toEqual([
      'dist/index.d.ts',
      'dist/index.js',
      'dist/index.js.map',
    ])
    expect(readFileSync(join(copy, 'dist', 'index.js'), 'utf8')).toContain('one = 1')
    writeFileSync(join(copy, 'src', 'index.ts'), 'export const one: string = 1\n')
    await expect(prepack(copy, 'pnpm/12.0.0')).rejects.toThrow('tsc -b failed')
  })

  it('declares everything that it loads and whose types it names, and has its sources beside its maps', () => {
    const copy = write('undeclared', {
      'package.json': {
        name: 'x',
        dependencies: { 'better-sqlite3': '1', y: 'workspace:*' },
        devDependencies: { '@types/better-sqlite3': '1' },
        peerDependencies: { xstate: '5' },
      },
      LICENSE: 'MIT',
      'dist/index.js': "import Sqlite from 'better-sqlite3'\nawait import('chardet')\n",
      'dist/index.d.ts':
        "import type { Database } from 'better-sqlite3'\nimport type { Socket } from 'node:net'\nexport * from 'xstate'\n",
      'dist/index.js.map': { sources: ['../src/index.ts', '../src/kept.ts'], sourcesContent: [null, 'export {}'] },
    })
    expect(checkPackage(copy).toSorted()).toEqual([
      'x: The manifest has a version `workspace:`.',
      'x: dist/index.d.ts needs @types/better-sqlite3, which is not among the dependencies.',
      'x: dist/index.d.ts needs @types/node, which is not among the dependencies.',
      'x: dist/index.js needs chardet, which is not among the dependencies.',
      'x: dist/index.js.map names ../src/index.ts, which is not packed.',
    ])
  })

  it('has a bill of materials with versions and hashes', () => {
    writeBills(root, join(folder, 'bills'))
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, 'bills', `${name}.cdx.json`), 'utf8'))
    expect(read('skein-sqlite')).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'sqlite', group: '@skein' } },
      components: expect.arrayContaining([
        expect.objectContaining({
          name: 'better-sqlite3',
          version: expect.stringMatching(/^\d/) as string,
          purl: expect.stringMatching(/^pkg:npm\/better-sqlite3@/) as string,
        }),
      ]) as unknown[],
    })
  })

  it('is published after those that it depends on', () => {
    const order = inOrder(root)
    expect(order.toSorted()).toEqual(manifests.map(({ name }) => name).toSorted())
    for (const { name, dependencies = {} } of manifests) {
      for (const needed of Object.keys(dependencies).filter((one) => order.includes(one)))
        expect(order.indexOf(needed), `${needed} before ${name}`).toBeLessThan(order.indexOf(name))
    }
  })
})

describe('the table of what an installation brings', () => {
  it('counts packages and bytes, and names licenses', () => {
    const modules = 'project/node_modules'
    write(`${modules}/a`, {
      'package.json': { name: 'a', license: 'MIT', dependencies: { b: '1' }, optionalDependencies: { absent: '1' } },
    })
    write(`${modules}/b`, { 'package.json': { name: 'b', license: 'ISC' }, 'data.bin': 'x'.repeat(2_000_000) })
    const footprint = footprintOf(join(folder, modules, 'a'))
    expect(footprint).toMatchObject({ name: 'a', packages: 2, licenses: ['ISC', 'MIT'] })
    expect(footprint.bytes).toBeGreaterThan(2_000_000)

    const guide = join(
      write('guide', { 'packages.md': `# T\n\n${renderFootprints([footprint])}\n\nMore.\n` }),
      'packages.md',
    )
    expect(checkFootprints(guide, [footprint])).toEqual([])
    const larger = { ...footprint, bytes: footprint.bytes * 2 }
    expect(checkFootprints(guide, [larger])).toEqual([
      expect.stringContaining('differs'),
      expect.stringContaining('4.0 MB'),
    ])
    expect(checkFootprints(guide, [{ ...footprint, packages: 3 }])).toHaveLength(2)
    checkFootprints(guide, [larger], true)
    expect(checkFootprints(guide, [larger])).toEqual([])
  })
})

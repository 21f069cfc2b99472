/**
 * Builds packages as they are published: declarations by `tsc -b`, and of what that compiles
 * into `build` a dozen files of JavaScript in place of several hundred. Node.js takes about a
 * millisecond a file, in every process and every thread.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, statSync } from 'node:fs'
import { delimiter, join, relative, resolve } from 'node:path'

import { rollup } from 'rollup'
import { parseAst } from 'rollup/parseAst'
import type { OutputChunk, Plugin } from 'rollup'

import { chunkOf } from './bundle-chunks.ts'
import { compact } from './compact.ts'
import { packageFolders, readManifest } from './manifests.ts'

const root = join(import.meta.dirname, '..')

/**
 * Builds the package in a folder, after those that it uses.
 *
 * @throws when the compiler finds a fault, and when a module that asks where it is would be moved.
 */
export async function buildPackage(folder: string): Promise<void> {
  run(folder, 'tsc', '-b')
  await bundle(folder)
}

/** The compiler's helpers for `using` begin with `this`, and entry points of types alone are empty. */
const harmless = new Set(['THIS_IS_UNDEFINED', 'EMPTY_BUNDLE'])

/** Bundles what the compiler left in `build`. */
async function bundle(folder: string): Promise<void> {
  const [build, dist] = [join(folder, 'build'), join(folder, 'dist')]
  const placed = placedModules(build)
  const [main = '', ...others] = entryPoints(folder)
  const hasCommands = readManifest(folder).publishConfig.bin !== undefined
  const pathOf = (name: string): string => join(build, `${name}.js`)
  const bundled = await rollup({
    input: Object.fromEntries([main, ...others, ...placed].map((name) => [name, pathOf(name)])),
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    plugins: [compiled()],
    // What is published does what the sources say. Rollup would leave out what seems to do nothing, such as an endless loop.
    treeshake: false,
    preserveEntrySignatures: 'allow-extension',
    onwarn: ({ code, message }) => {
      if (!harmless.has(code ?? '')) throw new Error(message)
    },
  })
  for (const file of globSync('**/*.{js,js.map}', { cwd: dist })) rmSync(join(dist, file))
  const { output } = await bundled.write({
    dir: dist,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Node.js would find these files again for each file that names them.
    hoistTransitiveImports: false,
    onlyExplicitManualChunks: true,
    // Commands load what they need, each its own.
    ...(!hasCommands && { manualChunks: chunkOf(pathOf(main), others.map(pathOf), placed.map(pathOf)) }),
    sourcemap: true,
  })
  await bundled.close()
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk')
  for (const name of placed) {
    const chunk = chunks.find(({ fileName }) => fileName === `${name}.js`)
    if (!chunk?.moduleIds.includes(pathOf(name))) throw new Error(`${name} has no file of its own.`)
  }
}

/** Reads what the compiler wrote, with the maps to the sources. */
function compiled(): Plugin {
  return {
    name: 'compiled',
    load: (id) => {
      if (id.endsWith('.json')) return `export default ${readFileSync(id, 'utf8')}`
      return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }
    },
    renderChunk: (code, { fileName }) => compact(code, fileName),
  }
}

/** Modules where a package begins, below its sources and without their ending. */
function entryPoints(folder: string): readonly string[] {
  const { publishConfig } = readManifest(folder)
  const files = [
    ...Object.values(publishConfig.exports).map((entry) => (typeof entry === 'string' ? entry : entry.default)),
    ...Object.values(publishConfig.bin ?? {}),
  ]
  return files.flatMap((file) => /^\.\/dist\/(.*)\.js$/.exec(file ?? '')?.[1] ?? [])
}

/** Modules that ask where they are, and those that they name by URL: each stays a file of its own. */
function placedModules(build: string): readonly string[] {
  const placed = globSync('**/*.js', { cwd: build }).flatMap((file) => {
    const code = readFileSync(join(build, file), 'utf8')
    if (!asksWhereItIs(code)) return []
    const named = Array.from(code.matchAll(/ownFile\([^)]*'(\.\.?\/[\w./-]+)\.js'/g), ([, path]) => path ?? '')
    return [file.slice(0, -3), ...named.map((path) => relative(build, resolve(build, file, '..', path)))]
  })
  return [...new Set(placed)]
}

/** Whether code uses `import.meta`, which texts and comments may mention, too. */
function asksWhereItIs(code: string): boolean {
  if (!code.includes('import.meta.')) return false
  const syntax = JSON.stringify(parseAst(code), (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  return syntax.includes('"MetaProperty"')
}

/** Runs a tool of the workspace in a folder. @throws when it fails. */
export function run(folder: string, command: string, ...args: readonly string[]): void {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`
  // pnpm reads the standard output: it is what `pack` prints.
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 2, 2],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${folder}.`)
}

/**
 * Builds the packages that changed since they were built.
 *
 * @throws as {@link buildPackage}
 */
export async function buildAll(): Promise<void> {
  run(root, 'tsc', '-b')
  for (const folder of packageFolders(root).map((one) => join(root, one))) {
    const built = mtimeOf(join(folder, 'dist/index.js')) ?? mtimeOf(join(folder, 'dist/cli.js')) ?? 0
    const compiledAt = mtimeOf(join(folder, 'build/.tsbuildinfo')) ?? Infinity
    // This file decides what comes of it.
    if (Math.max(compiledAt, mtimeOf(import.meta.filename) ?? 0) > built) await bundle(folder)
  }
}

function mtimeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

if (import.meta.main) await buildAll()

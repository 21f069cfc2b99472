import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { readManifest } from './manifests.ts'
import type { Manifest } from './manifests.ts'

/**
 * Reads an unpacked package as a user's tools will: everything that it loads and names is declared, and debuggers find
 * the sources.
 *
 * @returns what is wrong, a sentence each.
 */
export function checkPackage(folder: string): readonly string[] {
  const manifest = readManifest(folder)
  const files = globSync('**/*.{js,d.ts,map}', { cwd: folder })
  const problems = [
    ...files.filter((file) => file.endsWith('.map')).flatMap((file) => missingSources(folder, file)),
    ...files.filter((file) => !file.endsWith('.map')).flatMap((file) => undeclared(folder, file, manifest)),
    ...(JSON.stringify(manifest).includes('workspace:') ? ['The manifest has a version `workspace:`.'] : []),
    ...(existsSync(join(folder, 'LICENSE')) ? [] : ['LICENSE is missing.']),
  ]
  return [...new Set(problems)].map((problem) => `${manifest.name}: ${problem}`)
}

/** Sources that a map names, and neither holds nor has beside it. */
function missingSources(folder: string, file: string): readonly string[] {
  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    readonly sources: readonly string[]
    readonly sourcesContent?: readonly (string | null)[]
  }
  const missing = sources.filter(
    (source, index) => !sourcesContent[index] && !existsSync(join(folder, file, '..', source)),
  )
  return missing.map((source) => `${file} names ${source}, which is not packed.`)
}

/** Packages that a file imports and a user need not have. */
function undeclared(folder: string, file: string, manifest: Manifest): readonly string[] {
  const needed = importsOf(readFileSync(join(folder, file), 'utf8')).map((from) => packageOf(from))
  const wanted = needed.flatMap((name) => {
    if (name.startsWith('node:')) return file.endsWith('.d.ts') ? ['@types/node'] : []
    // A package whose declarations are another's has those installed while it is developed.
    const types = typesOf(name)
    return file.endsWith('.d.ts') && manifest.devDependencies?.[types] !== undefined ? [name, types] : [name]
  })
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies, [manifest.name]: '' }
  return wanted
    .filter((name) => !(name in declared))
    .map((name) => `${file} needs ${name}, which is not among the dependencies.`)
}

/** What a module loads from other packages. Comments and strings hold no such lines here. */
function importsOf(text: string): readonly string[] {
  const found = text.matchAll(/^(?:import|export)\b[^'"\n]* from '([^'./][^']*)'|\bimport\('([^'./][^']*)'\)/gm)
  return Array.from(found, ([, from, loaded]) => from ?? loaded ?? '')
}

function packageOf(from: string): string {
  if (from.startsWith('node:')) return from
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

function typesOf(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`
}

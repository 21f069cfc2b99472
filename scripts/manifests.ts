/**
 * What the manifests and READMEs of the packages have in common follows from the root's manifest:
 * `node scripts/manifests.ts` writes it, `--check` says what differs.
 *
 * The root says where the repository is. npm shows a README beside no other file, so its links are absolute.
 *
 * @module
 */

import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** The parts of a manifest that are used here. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly scripts?: Readonly<Record<string, string>>
  /** A string is a file that is no module. */
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  readonly files: readonly string[]
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
    readonly bin?: Readonly<Record<string, string>>
  }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** Folders of all published packages, relative to the root. */
export function packageFolders(root: string): readonly string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .map((path) => dirname(path))
    .toSorted()
}

/** Reads the manifest in a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** An entry point of a package: what others import, and the source that it is. */
export interface EntryPoint {
  /** Such as `@skein/memory/store`. */
  readonly name: string
  /** Absolute. */
  readonly file: string
}

/** The entry points of all packages, in the order of the packages' folders. */
export function entryPoints(root: string): readonly EntryPoint[] {
  return packageFolders(root).flatMap((folder) => {
    const { name, exports } = readManifest(join(root, folder))
    return Object.entries(exports).flatMap(([entry, target]) =>
      typeof target === 'string' ? [] : [{ name: posix.join(name, entry), file: join(root, folder, target.default) }],
    )
  })
}

/** A file whose text should be another. */
interface Difference {
  /** Relative to the root. */
  readonly path: string
  readonly text: string
}

/** @returns what differs, a sentence each. */
export function checkManifests(root: string): readonly string[] {
  const differing = differences(root).map(({ path }) => `${path} differs: run \`node scripts/manifests.ts\`.`)
  return [...differing, ...packageFolders(root).flatMap((folder) => deadLinks(root, folder)), ...notReleased(root)]
}

function differences(root: string): readonly Difference[] {
  const folders = packageFolders(root)
  const { version } = readManifest(join(root, folders[0] ?? ''))
  const server = 'packages/mcp/server.json'
  const wanted = [
    ...folders.flatMap((folder) => [
      { path: `${folder}/package.json`, text: jsonText(completed(root, folder)) },
      { path: `${folder}/README.md`, text: withAbsoluteLinks(root, folder) },
    ]),
    // The MCP registry reads the version from here.
    {
      path: server,
      text: readFileSync(join(root, server), 'utf8').replaceAll(/"version": "[^"]+"/g, `"version": "${version}"`),
    },
  ]
  return wanted.filter(({ path, text }) => readFileSync(join(root, path), 'utf8') !== text)
}

/** The fields of a manifest, in the order in which all packages have them. */
const fields = (
  'name version description keywords homepage bugs license repository mcpName bin files type sideEffects exports ' +
  'publishConfig scripts dependencies devDependencies peerDependencies peerDependenciesMeta engines'
).split(' ')

/** A manifest with all that follows from the root's and from the folder. */
function completed(root: string, folder: string): object {
  const manifest = readManifest(join(root, folder))
  const url = repositoryUrl(root)
  const self = { './package.json': './package.json' }
  // Declarations name what Node.js declares; who writes JavaScript does without.
  const nodeTypes = '@types/node'
  const complete = {
    ...manifest,
    homepage: `${url}/tree/main/${folder}#readme`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, directory: folder },
    exports: { ...inWorkspace(manifest.publishConfig.exports), ...self },
    files: manifest.files.filter((file) => file !== '!dist/.tsbuildinfo'),
    publishConfig: { ...manifest.publishConfig, exports: { ...manifest.publishConfig.exports, ...self } },
    scripts: { ...manifest.scripts, prepack: 'node ../../scripts/prepack.ts' },
    peerDependencies: { [nodeTypes]: '>=22', ...manifest.peerDependencies },
    peerDependenciesMeta: { [nodeTypes]: { optional: true }, ...manifest.peerDependenciesMeta },
  }
  const order = ([name]: [string, unknown]): number => fields.indexOf(name)
  return Object.fromEntries(Object.entries(complete).toSorted((a, b) => order(a) - order(b)))
}

/** In the workspace a package is its sources; `node --conditions=built` loads what is published. */
function inWorkspace(published: Manifest['publishConfig']['exports']): object {
  const entries = Object.entries(published).map(([name, target]) => {
    const built = typeof target === 'string' ? target : target.default
    return [name, { built, default: built.replace('./dist/', './src/').replace(/\.js$/, '.ts') }]
  })
  return Object.fromEntries(entries)
}

/** Where the repository is on the web. */
export function repositoryUrl(root: string): string {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly repository: { readonly url: string }
  }
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
}

/** Links in brackets, without titles. */
const links = /\]\(([^()\s]+)\)/g

function withAbsoluteLinks(root: string, folder: string): string {
  const text = readFileSync(join(root, folder, 'README.md'), 'utf8')
  return text.replaceAll(links, (link, target: string) => {
    if (/^(?:https?:|mailto:|#)/.test(target)) return link
    const [path = '', hash] = target.split('#')
    const file = posix.join(folder, path)
    const kind = statSync(join(root, file), { throwIfNoEntry: false })?.isDirectory() ? 'tree' : 'blob'
    return `](${repositoryUrl(root)}/${kind}/main/${file}${hash === undefined ? '' : `#${hash}`})`
  })
}

/** Links of a README to files of the repository that don't exist. */
function deadLinks(root: string, folder: string): readonly string[] {
  const base = `${repositoryUrl(root)}/`
  const targets = Array.from(
    readFileSync(join(root, folder, 'README.md'), 'utf8').matchAll(links),
    ([, target = '']) => target,
  )
  return targets
    .filter((target) => target.startsWith(base))
    .filter(
      (target) =>
        !existsSync(
          join(
            root,
            target
              .slice(base.length)
              .replace(/^(?:tree|blob)\/main\//, '')
              .replace(/#.*$/, ''),
          ),
        ),
    )
    .map((target) => `${folder}/README.md links to ${target}, which does not exist.`)
}

/** Packages that a release would leave behind: all have one version. */
function notReleased(root: string): readonly string[] {
  const { fixed } = JSON.parse(readFileSync(join(root, '.changeset', 'config.json'), 'utf8')) as {
    readonly fixed: readonly (readonly string[])[]
  }
  const manifests = packageFolders(root).map((folder) => readManifest(join(root, folder)))
  const versions = new Set(manifests.map(({ version }) => version))
  return [
    ...manifests
      .filter(({ name }) => !fixed[0]?.includes(name))
      .map(({ name }) => `${name} is not in the fixed group of .changeset/config.json.`),
    ...(versions.size > 1 ? [`The packages have different versions: ${[...versions].join(', ')}.`] : []),
  ]
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  if (process.argv.includes('--check')) {
    const problems = checkManifests(root)
    console.log(problems.join('\n'))
    process.exitCode = problems.length === 0 ? 0 : 1
  } else {
    for (const { path, text } of differences(root)) writeFileSync(join(root, path), text)
  }
}

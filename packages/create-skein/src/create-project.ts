import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

/** What a project can be made from, and how to start it. */
export const templates = {
  script: { is: 'one file that summarizes other files', start: 'npm start -- README.md' },
  web: { is: 'a web app with Hono', start: 'npm start' },
  worker: { is: 'a service that works through jobs, and continues after a crash', start: 'npm start' },
} as const

export type Template = keyof typeof templates

export function isTemplate(name: string): name is Template {
  return Object.hasOwn(templates, name)
}

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..')

/**
 * Copies a template into a folder, under the folder's name and with the packages of this version.
 *
 * @throws Error when the folder holds something.
 */
export async function createProject(folder: string, template: Template): Promise<void> {
  await mkdir(folder, { recursive: true })
  const found = (await readdir(folder)).find((name) => name !== '.git')
  if (found !== undefined) throw new Error(`${folder} is not empty: it holds ${found}. Name a new folder.`)
  await cp(join(root, 'templates', template), folder, { recursive: true })
  // npm leaves a .gitignore out of what it packs.
  await rename(join(folder, '_gitignore'), join(folder, '.gitignore'))
  const manifest = await readManifest(join(folder, 'package.json'))
  const { version } = await readManifest(join(root, 'package.json'))
  const dependencies = Object.entries(manifest.dependencies).map(([name, range]) => [
    name,
    name.startsWith('@skein/') ? `^${version}` : range,
  ])
  const made = { name: packageName(folder), ...manifest, dependencies: Object.fromEntries(dependencies) as object }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(made, undefined, 2)}\n`)
}

async function readManifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, 'utf8')) as Manifest
}

/** What npm accepts as a name. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return name === '' ? 'my-flock' : name
}

/**
 * Type-checks what the types of agents promise (`agent-types.test-d.ts`) against built packages, with other versions
 * of XState and TypeScript: strict, and without `skipLibCheck`.
 *
 * `node scripts/xstate-types.ts` tries the whole matrix, from the registry; `pnpm check` the part that is installed.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Folders of installed packages that a project is checked with. */
export interface Toolchain {
  readonly xstate: string
  readonly typescript: string
  /** Another XState, which only `@skein/core` finds, as when two versions are installed. */
  readonly coresXState?: string
}

/** The XState versions that `@skein/core` promises to work with, oldest first, and the TypeScript versions. */
const versions = {
  xstate: ['5.28.0', '5.30.0', '5.33.1', '5.33.2', '5.33.3'],
  typescript: ['5.4.5', '5.9.3', '6.0.3', '7.0.2'],
}

/** What the workspace has: the oldest and the newest XState, TypeScript 6 and 7. */
export function installedToolchains(root: string): readonly Toolchain[] {
  const core = join(root, 'packages', 'core', 'node_modules')
  const [newest, oldest] = [join(core, 'xstate'), join(core, 'xstate-oldest')]
  const [six, seven] = ['node_modules/typescript-6', 'node_modules/typescript'].map((path) => join(root, path))
  return [
    { xstate: oldest, typescript: seven as string },
    { xstate: newest, typescript: six as string },
    { xstate: oldest, coresXState: newest, typescript: seven as string },
  ]
}

/**
 * Checks one toolchain against the built packages of the workspace.
 *
 * @returns what the compiler reports.
 */
export function checkTypes(root: string, { xstate, typescript, coresXState }: Toolchain): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'skein-types-'))
  try {
    const modules = join(folder, 'node_modules')
    for (const name of ['memory', 'core']) {
      const from = join(root, 'packages', name)
      const to = join(modules, '@skein', name)
      mkdirSync(to, { recursive: true })
      cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
      const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
      writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, ...manifest.publishConfig }))
      for (const dependency of Object.keys(manifest.dependencies)) {
        if (!dependency.startsWith('@skein/')) link(join(from, 'node_modules', dependency), join(modules, dependency))
      }
    }
    cpSync(realpathSync(xstate), join(modules, 'xstate'), { recursive: true })
    if (coresXState) link(coresXState, join(modules, '@skein', 'core', 'node_modules', 'xstate'))
    link(join(root, 'node_modules', '@types', 'node'), join(modules, '@types', 'node'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['agents.ts'] }))
    cpSync(join(root, 'packages', 'core', 'test', 'agent-types.test-d.ts'), join(folder, 'agents.ts'))
    const compiler = compilerOf(typescript)
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status === 0) return []
    const lines = `${stdout}${stderr}`.trim() || `${compiler} ended with ${status}.`
    return [`XState ${versionOf(xstate)}, TypeScript ${versionOf(typescript)}:`, lines]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Manifest {
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly publishConfig?: object
}

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['esnext'],
  types: ['node'],
  skipLibCheck: false,
}

function compilerOf(typescript: string): string {
  const { bin } = JSON.parse(readFileSync(join(typescript, 'package.json'), 'utf8')) as Manifest
  return join(realpathSync(typescript), bin?.['tsc'] as string)
}

function versionOf(installed: string): string {
  return (JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest).version
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  rmSync(to, { force: true })
  symlinkSync(realpathSync(from), to)
}

/** Installs all versions into one folder, under names of their own. */
function installAll(folder: string): readonly Toolchain[] {
  const entries = Object.entries(versions).flatMap(([name, list]) =>
    list.map((version) => [`${name}-${version}`, `npm:${name}@${version}`]),
  )
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: Object.fromEntries(entries) }),
  )
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent']
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const at = (name: string, version: string): string => join(folder, 'node_modules', `${name}-${version}`)
  return versions.typescript.flatMap((typescript) =>
    versions.xstate.map((xstate) => ({
      xstate: at('xstate', xstate),
      typescript: at('typescript', typescript),
    })),
  )
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..')
  const folder = mkdtempSync(join(tmpdir(), 'skein-versions-'))
  try {
    for (const toolchain of installAll(folder)) {
      const problems = checkTypes(root, toolchain)
      const name = `XState ${versionOf(toolchain.xstate)}, TypeScript ${versionOf(toolchain.typescript)}`
      console.log(`${problems.length === 0 ? 'pass' : 'FAIL'}  ${name}`)
      if (problems.length === 0) continue
      console.log(problems.join('\n'))
      process.exitCode = 1
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

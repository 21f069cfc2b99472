/**
 * The gate: everything that can be told about the code without running its
 * tests. Each step runs, whatever became of the ones before.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { inspect } from 'node:util'

import { countDocs } from '../docs/count-docs.ts'
import { extractExamples } from '../docs/extract-examples.ts'
import { checkRegExps } from './linear-regexps.ts'
import { checkManifests } from './manifests.ts'
import { checkAllRooms } from './rooms.ts'
import { checkStandardStreams } from './standard-streams.ts'
import { checkTypes, installedToolchains } from './xstate-types.ts'

const root = join(import.meta.dirname, '..')
const env = {
  ...process.env,
  NO_COLOR: '1',
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`,
}
/** What would be published, packed once. */
const packed = mkdtempSync(join(tmpdir(), 'skein-packed-'))

const steps: Readonly<Record<string, () => void>> = {
  'folder imports': () => refuse(checkAllRooms(root)),
  'what manifests have in common': () => refuse(checkManifests(root)),
  'linear regular expressions': () => refuse(checkRegExps(root)),
  'one way to the terminal': () => refuse(checkStandardStreams(root)),
  'types of the packages': () => {
    // What sources no longer have must not be published.
    for (const old of globSync('packages/*/{build,dist}', { cwd: root })) rmSync(join(root, old), { recursive: true })
    run('tsc', '-b')
  },
  'types over versions of XState': () =>
    refuse(installedToolchains(root).flatMap((toolchain) => checkTypes(root, toolchain))),
  'types over the oldest peers': () => {
    for (const config of globSync('packages/*/tsconfig.oldest.json', { cwd: root })) run('tsc', '-p', config)
  },
  'the page of the dashboard': () => {
    run('tsc', '-p', 'packages/dashboard/page')
    run('node', 'packages/dashboard/page/build.ts')
  },
  'types of tests, benches and scripts': () => run('tsc', '-p', 'tsconfig.test.json'),
  'types of doc examples': checkExamples,
  'embedded Lua scripts': () => run('node', 'scripts/embed-lua.ts', '--check'),
  lint: () => run('oxlint', '--type-aware'),
  format: () => run('oxfmt', '--check'),
  'unused code': () => run('knip', '--no-progress'),
  'packed packages': () => run('node', 'scripts/check-packed.ts', packed),
  consumers: () => run('node', 'scripts/check-consumers.ts', `--packed=${packed}`),
  'the site, and its links': () => {
    run('npx', '-y', 'pnpm@12', 'site')
    run('tsc', '-p', 'site')
  },
}

let failed = 0
for (const [name, step] of Object.entries(steps)) {
  const startedAt = performance.now()
  let trouble: unknown
  try {
    step()
  } catch (error) {
    trouble = error
    failed += 1
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${trouble === undefined ? 'pass' : 'FAIL'}  ${name} (${seconds} s)`)
  if (trouble !== undefined) console.log(`\n${trouble instanceof Error ? trouble.message : inspect(trouble)}\n`)
}
rmSync(packed, { recursive: true })
console.log(`\nDocumentation: ${countDocs().join('; ')}.\n`)
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${Object.keys(steps).length} checks failed.`)
process.exitCode = failed === 0 ? 0 : 1

/** @throws when there is any problem. */
function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/** Runs a command from the root; its output is the error when it fails. */
function run(command: string, ...args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim() || `${command} ended with ${status}.`)
}

/** An example marked `no-run` may use files and values that it does not show. */
function checkExamples(): void {
  extractExamples()
  try {
    run('tsc', '-p', 'docs/tsconfig.examples.json', '--pretty', 'false')
  } catch (error) {
    const lines = error instanceof Error ? error.message.split('\n') : [inspect(error)]
    const faults = lines.filter((line) => !/no-run\.ts\S+ error TS(?:2304|2307|18004):/.test(line))
    if (faults.length > 0) throw new Error(faults.join('\n'), { cause: error })
  }
}

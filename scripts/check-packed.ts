/**
 * Packs what would be published, reads it as other tools do, and runs it: `node scripts/check-packed.ts [FOLDER]`. The
 * tarballs stay in the folder, if one is given.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { packAll } from './consumers/pack.ts'
import { checkFootprints, footprintOf } from './footprint.ts'
import { installPacked } from './install-packed.ts'
import { checkPackage } from './packed.ts'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'skein-packed-'))
try {
  const tarballs = packAll(root, process.argv[2] ?? scratch)
  const modules = installPacked(Object.values(tarballs), join(scratch, 'node_modules'), root)
  const folders = Object.keys(tarballs).map((name) => join(modules, name))
  const guide = join(root, 'docs', 'guide', 'packages.md')
  const problems = [
    ...folders.flatMap((folder) => checkPackage(folder)),
    ...checkFootprints(
      guide,
      folders.map((folder) => footprintOf(folder)),
      Boolean(process.env['UPDATE_GUIDE']),
    ),
    ...Object.values(tarballs).flatMap((tarball) => [
      ...outputOfFailed('publint', '--strict', tarball),
      ...outputOfFailed('attw', '--profile', 'esm-only', tarball),
    ]),
    ...outputOfFailed(
      'node',
      join(modules, 'skein', 'dist', 'cli.js'),
      'run',
      join(root, 'examples', 'data', '1981_jimmy_carter_d.txt'),
      '--store',
      join(scratch, 'report.db'),
      '--json',
    ),
  ]
  console.log(problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true })
}

function outputOfFailed(command: string, ...args: readonly string[]): readonly string[] {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`
  const env = { ...process.env, NO_COLOR: '1', PATH: path }
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? [] : [`${command}: ${stdout}${stderr}`.trim()]
}

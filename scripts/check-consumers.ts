/**
 * Installs the packed packages in empty projects, as users do, and builds, type-checks and runs them there:
 * `pnpm check:consumers` the part that belongs to every run, `pnpm check:consumers --all` the whole matrix. A word
 * picks the rows whose names hold it; `--packed=FOLDER` names the packed packages, which are packed otherwise.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { packAll, packedIn } from './consumers/pack.ts'
import { allGroups, fastGroups } from './consumers/rows.ts'
import type { Row } from './consumers/rows.ts'

const root = join(import.meta.dirname, '..')
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const folder = mkdtempSync(join(tmpdir(), 'skein-consumers-'))
const given = process.argv.find((word) => word.startsWith('--packed='))?.slice('--packed='.length)
const sources = {
  root,
  folder,
  tarballs: () => (given === undefined ? packAll(root, `${folder}/packed`) : packedIn(root, given)),
}
const groups = process.argv.includes('--all') ? allGroups(sources) : fastGroups(sources)

let failed = 0
let run = 0
for (const group of groups) {
  const rows = await timed(`install: ${group.name}`, () => group.install())
  const waiting = (rows ?? []).filter(({ name }) => words.every((word) => name.includes(word)))
  run += waiting.length
  // Two at a time: compilers and installations use one core each.
  await Promise.all([runAll(waiting), runAll(waiting)])
}
rmSync(folder, { recursive: true, force: true })
console.log(failed === 0 ? `All ${run} consumers work.` : `${failed} of ${run} consumers do not work.`)
process.exitCode = failed === 0 && run > 0 ? 0 : 1

async function runAll(waiting: Row[]): Promise<void> {
  for (let row = waiting.shift(); row; row = waiting.shift()) {
    const { name, run: start } = row
    await timed(name, async () => {
      const wrong = await start()
      if (wrong !== undefined) throw new Error(wrong)
    })
  }
}

async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> {
  const startedAt = performance.now()
  let result: Result | undefined
  let trouble: unknown
  try {
    result = await work()
  } catch (error) {
    trouble = error
    failed += 1
  }
  console.log(
    `${trouble === undefined ? 'pass' : 'FAIL'}  ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
  )
  if (trouble !== undefined) console.log(`\n${trouble instanceof Error ? trouble.message : inspect(trouble)}\n`)
  return result
}

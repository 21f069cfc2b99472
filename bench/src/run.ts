/**
 * Runs the benchmarks of this folder and prints the results.
 *
 * `pnpm bench [NAME…] [--quick] [--json] [--report] [--from FILE]`, `pnpm bench gatemem --data DIR [--json]`, or `pnpm bench plan`
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { askApart } from './ask-apart.ts'
import type { Outcome } from './ask-apart.ts'
import { machine } from './machine.ts'
import type { Machine } from './machine.ts'
import { questions } from './questions.ts'
import { render, renderMachine } from './render.ts'

/** The results of a run: what `--json` prints, and the input of a report. */
export interface Run {
  readonly startedAt: string
  /** Whether the run only checks answers: one turn each gives no usable times. */
  readonly quick: boolean
  readonly machine: Machine
  readonly answers: readonly Outcome[]
}

const help = `Usage: pnpm bench [NAME…] [options]
       pnpm bench gatemem --data DIR [--json]
       pnpm bench plan

Asks the questions of these names, or all of them, and judges the targets. bench/README.md explains each one.

  --quick      check that all answers are right, with one turn each; this judges no time
  --json       print the results for programs
  --report     write RESULTS.md, results.json and charts/; questions that were not asked keep their results
  --from FILE  take the results from the output of an earlier --json
  --help       print this

Questions: ${Object.keys(questions).join(', ')}`

const { values: flags, positionals: names } = readArguments()
if (flags.help) {
  console.log(help)
  process.exit(0)
}
if (names[0] === 'gatemem') {
  if (flags.data === undefined) {
    process.stderr.write('gatemem needs --data with a folder of its episodes and checkpoints.\n')
    process.exit(2)
  }
  const { gatemem, renderGatemem } = await import('./gatemem.ts')
  const scores = await gatemem(flags.data)
  console.log(flags.json ? JSON.stringify(scores, null, 2) : renderGatemem(scores))
  process.exit(0)
}
if (names[0] === 'plan') {
  const { printPlan } = await import('./plan-command.ts')
  console.log(printPlan())
  process.exit(0)
}
const unknown = names.filter((name) => !Object.hasOwn(questions, name))
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown question: ${unknown.join(', ')}. Known questions: ${Object.keys(questions).join(', ')}.\n`,
  )
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
const run = flags.from === undefined ? await measure() : (JSON.parse(readFileSync(flags.from, 'utf8')) as Run)
if (flags.json) console.log(JSON.stringify(run, null, 2))
else console.log(renderMachine(run.machine))
if (run.quick) process.stderr.write('This run checked answers. It judges no time.\n')
if (flags.report) {
  const { writeReport } = await import('./report/write-report.ts')
  try {
    for (const path of writeReport(run)) process.stderr.write(`wrote ${path}\n`)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(1)
  }
}
process.exitCode = run.answers.some((answer) => 'failed' in answer) ? 1 : 0

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        from: { type: 'string' },
        data: { type: 'string' },
      },
    })
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee pnpm bench --help.\n`)
    process.exit(2)
  }
}

async function measure(): Promise<Run> {
  const [startedAt, before] = [new Date().toISOString(), machine()]
  const asked = names.length > 0 ? names : Object.keys(questions)
  const answers: Outcome[] = []
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const one = async (): Promise<void> => {
    for (let index = begun++; index < asked.length; index = begun++) {
      const answer = await askApart(asked[index] as string, { quick: flags.quick, folder })
      answers[index] = answer
      if (!flags.json) console.log(render(answer))
    }
  }
  let begun = 0
  // A run that only checks answers needs no quiet machine.
  await Promise.all(Array.from({ length: flags.quick ? navigator.hardwareConcurrency : 1 }, one))
  return { startedAt, quick: flags.quick, machine: before, answers }
}

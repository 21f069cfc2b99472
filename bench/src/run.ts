/**
 * Asks the questions of this folder and prints the answers.
 *
 * `pnpm bench [NAME…] [--quick] [--json]`
 *
 * @module
 */

import { parseArgs } from 'node:util'

import { askAgent } from './actors-ask.ts'
import { send } from './actors-send.ts'
import { spawn, spawnSize } from './actors-spawn.ts'
import { pingPong } from './actors-timer.ts'
import { cachedRead } from './cached-read.ts'
import { cancel } from './cancel.ts'
import { growth } from './growth.ts'
import { invalidation } from './invalidation.ts'
import { modelHit, modelMiss } from './model-calls.ts'
import { objects } from './objects.ts'
import { observationWrites } from './observation-writes.ts'
import { ask, machine } from './runner.ts'
import type { Answer, Question } from './runner.ts'

const questions: Readonly<Record<string, () => Promise<Question>>> = {
  'cached-read': () => cachedRead('cached-read', 1_000),
  'cached-read-many': () => cachedRead('cached-read-many', 10_000),
  objects,
  'observation-writes': observationWrites,
  growth,
  invalidation,
  'model-miss': modelMiss,
  'model-hit': modelHit,
  send,
  ask: askAgent,
  spawn,
  'spawn-size': spawnSize,
  'ping-pong': pingPong,
  cancel,
}

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})
const unknown = names.filter((name) => !(name in questions))
if (unknown.length > 0) {
  process.stderr.write(`No question named ${unknown.join(', ')}. There are: ${Object.keys(questions).join(', ')}.\n`)
  process.exit(2)
}

const answers: Answer[] = []
for (const name of names.length > 0 ? names : Object.keys(questions)) {
  const question = await (questions[name] as () => Promise<Question>)()
  const answer = await ask(question, flags.quick ? 3 : 31)
  await question.close?.()
  answers.push(answer)
  if (!flags.json) console.log(render(answer))
}
if (flags.json) console.log(JSON.stringify({ machine: machine(), answers }))
else
  console.log(
    Object.entries(machine())
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(' · '),
  )

function render({ question, unit, measured, ratios }: Answer): string {
  const columns = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(12)).join('')
  const head = `  ${''.padEnd(34)}${columns(['median', 'least', 'quartiles'])}`
  const rows = measured.map(({ name, median, least, quartiles }) => {
    return `  ${name.padEnd(34)}${columns([median, least, ...quartiles].map(time))}`
  })
  const held = ratios.map(({ of, to, most, ratio, verdict }) => {
    const said = verdict === 'unclear' ? 'the turns differ too much to say whether it is kept' : verdict
    return `  ${of} / ${to}: ${shown(ratio)}, asked for at most ${shown(most)}: ${said}`
  })
  return [`${question}: ${unit}`, head, ...rows, ...held, ''].join('\n')
}

function shown(ratio: number): string {
  return ratio < 0.1 ? `1/${(1 / ratio).toFixed(0)}` : ratio.toFixed(2)
}

function time(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds.toFixed(0)} ns`
  return nanoseconds < 1e6 ? `${(nanoseconds / 1e3).toFixed(1)} µs` : `${(nanoseconds / 1e6).toFixed(2)} ms`
}

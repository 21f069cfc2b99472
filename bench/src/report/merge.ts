import type { Machine } from '../machine.ts'
import type { Run } from '../run.ts'

/**
 * The answers of a run, and those of an earlier one for what it did not ask. Each question is answered in one run with
 * all that it compares, so answers of several days may stand beside each other, but not those of several machines.
 *
 * @param asked - All questions, in their order. What is none of them any longer goes.
 * @throws if the runs are of different machines, or one of them judges no time.
 */
export function merge(latest: Run, before: Run | undefined, asked: readonly string[]): Run {
  const isWhole = asked.every((name) => latest.answers.some(({ question }) => question === name))
  if (isWhole || !before) return latest
  if (latest.quick || before.quick) throw new Error('A quick run judges no time, so it can’t stand beside another run.')
  const [here, there] = [placeOf(latest.machine), placeOf(before.machine)]
  if (here !== there)
    throw new Error(`results.json is of another machine: ${there}. This one is ${here}. Ask all questions.`)
  const answers = asked.flatMap((name) => {
    return [...latest.answers, ...before.answers].find(({ question }) => question === name) ?? []
  })
  return { ...latest, answers }
}

function placeOf({ processors, model, memoryGb, node }: Machine): string {
  return `${processors} processors (${model}), ${memoryGb} GB, Node ${node.split('.')[0] ?? node}`
}

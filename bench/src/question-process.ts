/**
 * Answers one question in a process of its own: what one question leaves in
 * the heap or on the disk does not meet the next, and what never ends can be
 * ended.
 *
 * `node --expose-gc question-process.ts NAME quick|full FOLDER [CONTENDER…]`, the contenders left out.
 *
 * @module
 */

import { inspect } from 'node:util'

import { MissingError } from './question.ts'
import { questions } from './questions.ts'
import { ask } from './runner.ts'
import type { Answer } from './runner.ts'

/** What the process tells the one that started it. */
export type Told =
  | { readonly turn: string }
  | { readonly answer: Answer }
  | { readonly missing: string }
  | { readonly failed: string }

const tell = (report: Told): Promise<void> => new Promise((sent) => process.send?.(report, () => sent()))

if (process.send) {
  const [name = '', how = '', folder = '', ...without] = process.argv.slice(2)
  try {
    const asking = { quick: how === 'quick', folder }
    void tell({ turn: 'getting ready' })
    const question = await (await questions[name]?.())?.(asking)
    if (!question) throw new Error(`No question is named ${name}.`)
    const contenders = question.contenders.filter((contender) => !without.includes(contender.name))
    const answer = await ask({ ...question, contenders }, asking, (turn) => void tell({ turn }))
    void tell({ turn: 'tidying up' })
    await question.close?.()
    await tell({ answer })
  } catch (error) {
    const text = inspect(error)
    await tell(error instanceof MissingError ? { missing: error.message } : { failed: text })
  }
  // A peer may keep a connection or a timer for ever.
  process.exit()
}

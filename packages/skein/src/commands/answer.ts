import { text as readAll } from 'node:stream/consumers'

import type { Escalation, View } from '@skein/memory'
import type { Command } from 'commander'

import { InputError } from '../open/input-error.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { findRecord } from '../inspect/find-record.ts'
import { gistOf } from '../render/preview.ts'
import { addLookingOptions, name } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf, plain } from '../terminal/plain-text.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { spanOf } from '../terminal/time-text.ts'

/** The options of `skein answer` as they were given. */
interface AnswerFlags extends LookingFlags {
  readonly as: string
  readonly take: boolean
  readonly decline?: string
  readonly handBack?: string
  readonly text: boolean
}

/** What is done to an escalation, and how that is said. */
interface Step {
  readonly done: string
  readonly run: (view: View, id: string) => Promise<Escalation>
}

/** `skein answer`: what a person does about a question of an agent. */
export function addAnswer(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'answer')
    .description(
      'Answer what an agent asks, take it so that others know, decline it, or hand it back. skein inbox shows what is asked.',
    )
    .argument('<id>', 'an escalation; one that ends in … stands for the only one that begins so', name)
    .argument('[answer]', 'JSON, or else a text; - reads it from standard input')
    .option('--text', 'take the answer as a text, even if it is JSON', false)
    .option('--take', 'take it, without an answer yet', false)
    .option('--decline <why>', 'decline it: what is asked for is not to be done', name)
    .option('--hand-back <why>', 'hand it back: the agents are to go on without an answer', name)
  addLookingOptions(command, { needsPerson: true }).action(
    (id: string, answer: string | undefined, flags: AnswerFlags) => {
      context.afterInterrupt = 'skein inbox shows whether it was answered.'
      return act(id, answer, flags)
    },
  )
}

async function act(given: string, answer: string | undefined, flags: AnswerFlags): Promise<void> {
  const { done, run } = await stepOf(answer, flags)
  await using looking = await openToLook(flags, { isAudited: true, writes: ['escalations'] })
  const { view } = looking
  const { id } = await findRecord(view, 'escalations', given)
  let escalation: Escalation
  try {
    escalation = await run(view, id)
  } catch (error) {
    throw (await whyNot(view, id, error)) ?? error
  }
  await writeOut(flags.json ? `${jsonOf(escalation)}\n` : `${done} ${plain(id)} (task ${plain(escalation.task)}).\n`)
}

async function stepOf(answer: string | undefined, { take, decline, handBack, text }: AnswerFlags): Promise<Step> {
  const asked = [answer !== undefined, take, decline !== undefined, handBack !== undefined].filter(Boolean).length
  if (asked !== 1)
    throw new InputError(
      'An answer',
      'is needed, or - to read it, or --take, --decline or --hand-back: just one of them.',
    )
  if (take) return { done: 'Took', run: (view, id) => view.escalations.take(id) }
  if (decline !== undefined) {
    return { done: 'Declined', run: (view, id) => view.escalations.decline(id, decline) }
  }
  if (handBack !== undefined) {
    return { done: 'Handed back', run: (view, id) => view.escalations.handBack(id, handBack) }
  }
  const said = answer === '-' ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : (answer ?? '')
  if (said.trim() === '') throw new InputError('The answer', 'is empty. To go on without one, say --hand-back WHY.')
  const value = text ? said : jsonOrText(said)
  return { done: 'Answered', run: (view, id) => view.escalations.answer(id, value) }
}

function jsonOrText(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return said
  }
}

/** What to say where somebody else was faster. */
async function whyNot(view: View, id: string, error: unknown): Promise<InputError | undefined> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'SKEIN_OPTION' && code !== 'SKEIN_ACCESS') return undefined
  const [escalation, record] = await Promise.all([view.escalations.get(id), view.records.get('escalations', id)])
  const { state, answer } = escalation
  // Who wrote a record last is its author.
  const who = record === undefined || record.author === view.principal.id ? 'you' : `"${record.author}"`
  const when = `${spanOf(view.now() - escalation.updatedAt)} ago`
  if (state === 'answered')
    return new InputError(id, `was answered by ${who} ${when}, with ${gistOf(answer)}. Nothing was changed.`)
  if (state === 'declined')
    return new InputError(id, `was declined by ${who} ${when}: ${gistOf(answer)}. Nothing was changed.`)
  if (state === 'handed-back')
    return new InputError(id, `was handed back by ${who} ${when}: ${gistOf(answer)}. Nothing was changed.`)
  if (state !== 'taken') return undefined
  const remedy = who === 'you' ? 'Give your answer.' : 'Only who has it can answer it now.'
  return new InputError(id, `was taken by ${who} ${when}. ${remedy} Nothing was changed.`)
}

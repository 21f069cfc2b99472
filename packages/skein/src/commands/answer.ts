import { text as readAll } from 'node:stream/consumers'

import { plainText } from '@skein/memory/runtime'
import type { Escalation, View } from '@skein/memory'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findRecord } from '../inspect/find-record.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { previewOf } from '../render/preview.ts'
import { print, printJson } from '../terminal/printer.ts'
import { spanOf } from '../terminal/time-text.ts'

/** The options of `skein answer` as given. */
interface AnswerFlags extends InspectFlags {
  readonly as: string
  readonly take: boolean
  readonly decline?: string
  readonly handBack?: string
  readonly text: boolean
}

/** One of the things that a person can do about an escalation. */
interface Action {
  /** In the past tense, as a sentence begins. */
  readonly verb: string
  readonly apply: (view: View, id: string) => Promise<Escalation>
}

/** Adds `skein answer`, with which a person answers the question of an agent. */
export function addAnswer(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'answer')
    .argument('<id>', 'an escalation; an id may be shortened and end in …', nonBlank)
    .argument('[answer]', 'JSON, or else plain text; - reads it from standard input')
    .option('--text', 'treat the answer as plain text, even if it is JSON', false)
    .option('--take', 'take it without answering yet', false)
    .option('--decline <why>', 'decline it: the agents must not do what they asked for', nonBlank)
    .option('--hand-back <why>', 'hand it back: the agents continue without an answer', nonBlank)
  addInspectOptions(command, { needsPerson: true }).action(
    (id: string, answer: string | undefined, flags: AnswerFlags) => act(id, answer, flags, context),
  )
}

async function act(
  givenId: string,
  answer: string | undefined,
  flags: AnswerFlags,
  context: CommandContext,
): Promise<void> {
  const { verb, apply } = await actionOf(answer, flags)
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable: ['escalations'] })
  context.afterInterrupt = 'skein inbox shows whether it was answered.'
  const { view } = opened
  const { id } = await findRecord(view, 'escalations', givenId)
  let escalation: Escalation
  try {
    escalation = await apply(view, id)
  } catch (error) {
    throw (await explainRefusal(view, id, error)) ?? error
  }
  if (flags.json) await printJson(escalation)
  else await print(`${verb} ${plainText(id)} (task ${plainText(escalation.task)}).`)
}

async function actionOf(answer: string | undefined, { take, decline, handBack, text }: AnswerFlags): Promise<Action> {
  const given = [answer !== undefined, take, decline !== undefined, handBack !== undefined].filter(Boolean).length
  if (given !== 1) {
    throw new InputError(
      'Exactly one',
      'of these is needed: an answer, - to read it from standard input, --take, --decline, or --hand-back.',
    )
  }
  if (take) return { verb: 'Took', apply: (view, id) => view.escalations.take(id) }
  if (decline !== undefined) {
    return { verb: 'Declined', apply: (view, id) => view.escalations.decline(id, decline) }
  }
  if (handBack !== undefined) {
    return { verb: 'Handed back', apply: (view, id) => view.escalations.handBack(id, handBack) }
  }
  const content = answer === '-' ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : (answer ?? '')
  if (content.trim() === '') throw new InputError('The answer', 'is empty. To give none, use --hand-back WHY.')
  const value = text ? content : parseJsonOrText(content)
  return { verb: 'Answered', apply: (view, id) => view.escalations.answer(id, value) }
}

function parseJsonOrText(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** Says who was faster, where that is why the store refused. */
async function explainRefusal(view: View, id: string, error: unknown): Promise<InputError | undefined> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'SKEIN_OPTION' && code !== 'SKEIN_ACCESS') return undefined
  const [escalation, record] = await Promise.all([view.escalations.get(id), view.records.get('escalations', id)])
  const { state, answer } = escalation
  // The author of a record is who wrote it last.
  const who = record === undefined || record.author === view.principal.id ? 'you' : `"${record.author}"`
  const when = `${spanOf(view.now() - escalation.updatedAt)} ago`
  switch (state) {
    case 'open':
      return undefined
    case 'taken': {
      const remedy = who === 'you' ? 'Give your answer.' : 'Only that person can answer it now.'
      return new InputError(id, `was taken by ${who} ${when}. ${remedy} Nothing was changed.`)
    }
    case 'answered':
      return new InputError(id, `was answered by ${who} ${when}, with ${previewOf(answer)}. Nothing was changed.`)
    case 'declined':
      return new InputError(id, `was declined by ${who} ${when}: ${previewOf(answer)}. Nothing was changed.`)
    case 'handed-back':
      return new InputError(id, `was handed back by ${who} ${when}: ${previewOf(answer)}. Nothing was changed.`)
  }
}

import type { Model } from '@skein/core/executor'
import type { Command } from 'commander'

import { askMemory } from '../asking/ask-memory.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank, positiveNumber } from '../cli/parse-option.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { defaultModel } from '../open/default-model.ts'
import { openModel } from '../open/open-model.ts'
import { isCostly } from '../report/agree-on-ceiling.ts'
import { defaultCeiling } from '../report/default-ceiling.ts'
import { renderAnswers } from '../render/render-answers.ts'
import { print, printJson } from '../terminal/printer.ts'

/** The options of `skein ask` as given. */
interface AskFlags extends InspectFlags {
  readonly model: string
  readonly baseUrl?: string
  readonly apiKeyEnv?: string
  readonly budgetUsd?: number
}

/** What a model that is asked leaves in the memory: its answers, and what they cost. */
const writtenByModels = ['work', 'ledger', 'settings'] as const

/** Adds `skein ask`, which answers questions from what a memory holds. */
export function addAsk(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'ask')
    .argument('<question...>', 'questions, each in quotation marks', collectQuestion)
    .option(
      '--model <name>',
      'the model: extractive (built in), or openai:NAME with the key in OPENAI_API_KEY',
      defaultModel,
    )
    .option('--base-url <url>', 'the API of a compatible server, such as http://127.0.0.1:11434/v1')
    .option('--api-key-env <variable>', 'the environment variable with the key for --base-url (default: no key)')
    .option(
      '--budget-usd <number>',
      `stop before the model costs more US dollars (default: ${defaultCeiling.usd})`,
      positiveNumber,
    )
  addInspectOptions(command).action((questions: readonly string[], flags: AskFlags) => ask(questions, flags, context))
}

async function ask(questions: readonly string[], flags: AskFlags, context: CommandContext): Promise<void> {
  const { signal } = context
  const model = modelOf(flags)
  await using opened = await openReadOnly(flags, context, {
    isAudited: true,
    ...(isCostly(model) && { writable: writtenByModels }),
  })
  const { view } = opened
  const { answers, holds } = await askMemory(view, questions, { model, signal })
  if (holds.files.length === 0 && holds.records.length === 0) {
    throw new InputError(
      flags.store,
      `holds nothing to ask about in space "${flags.space}" that this clearance (${clearanceText(flags.clearance)}) covers. ` +
        'Let `skein run` read some files, or name a --space or a --clearance.',
    )
  }
  if (flags.json) {
    const unanswered = answers.filter(({ sentences }) => sentences.length === 0).map(({ question }) => question)
    await printJson({ space: flags.space, answers, unanswered, holds })
  } else await print(renderAnswers(answers, holds, process.stdout))
}

/** The model, with a budget: nobody is asked before it is used. */
function modelOf({ model: name, baseUrl: baseURL, apiKeyEnv, budgetUsd }: AskFlags): Model {
  const model = openModel(name, { baseURL, apiKeyEnv })
  if (!isCostly(model)) return model
  const { calls, tokens, usd } = defaultCeiling
  const limit = budgetUsd ?? (model.settings?.price && usd)
  return openModel(name, { baseURL, apiKeyEnv, budget: { calls, tokens, ...(limit !== undefined && { usd: limit }) } })
}

function collectQuestion(question: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, nonBlank(question)]
}

import type { StartedThreads } from '@skein/core/threads'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { integerFrom, positiveNumber } from '../../cli/parse-option.ts'
import { isKnownEncoding } from '../../documents/text-encodings.ts'
import { defaultModel } from '../../open/default-model.ts'
import { defaultStore } from '../../open/store-address.ts'
import { defaultCeiling } from '../../report/default-ceiling.ts'
import { numberText } from '../../terminal/number-text.ts'
import { languageCodes } from './language-codes.ts'
import type { RunFlags } from './run-flags.ts'

const maxThreads = 31

/** Adds `skein run`, which lets a flock read and summarize files. */
export function addRun(skein: Command, context: CommandContext): void {
  addCommand(skein, 'run')
    .argument('<file...>', 'documents, folders, patterns, or - for standard input')
    .option('-q, --question <text>', 'a question for an analyst to answer (may be repeated)', collectQuestion, [])
    .addOption(
      new Option('--language <code>', 'the language of the files (default: detected from their words)').choices(
        languageCodes,
      ),
    )
    .option(
      '--encoding <name>',
      'the encoding of the files (default: UTF-8, or detected from their bytes)',
      encodingFrom,
    )
    .option('--skip-bad', 'leave out files that cannot be used, and say which', false)
    .option('--isolated', 'make every analyst work alone and share nothing', false)
    .option(
      '--store <address>',
      'the store: a database file, redis://HOST:PORT, or memory: to keep nothing',
      defaultStore,
    )
    .option('--space <name>', 'the space within the store', 'default')
    .addOption(
      new Option('--architecture <name>', 'what answers reads: local copies, or the store')
        .choices(['hybrid', 'centralized'])
        .default('hybrid'),
    )
    .option('--threads <number>', 'worker threads (default: one per processor)', integerFrom(1, maxThreads))
    .addOption(
      new Option('--executor <name>', 'where the work runs: in threads, or on workers of any machine (skein worker)')
        .choices(['threads', 'bullmq'])
        .default('threads'),
    )
    .option('--queue <name>', 'with --executor bullmq: the queue of the workers', 'default')
    .option(
      '--model <name>',
      'the model: extractive (built in), or openai:NAME with the key in OPENAI_API_KEY',
      defaultModel,
    )
    .option('--base-url <url>', 'the API of a compatible server, such as http://127.0.0.1:11434/v1')
    .option('--api-key-env <variable>', 'the environment variable with the key for --base-url (default: no key)')
    .option(
      '--budget-calls <number>',
      `stop before the model is called more often (${defaultOf('calls')})`,
      positiveNumber,
    )
    .option('--budget-tokens <number>', `stop before it uses more tokens (${defaultOf('tokens')})`, positiveNumber)
    .option(
      '--budget-usd <number>',
      `stop before it costs more US dollars (${defaultOf('usd')} where its price is known)`,
      positiveNumber,
    )
    .option('--dry-run', 'show the plan of the run and end: no model is asked, nothing is written', false)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .option('--dashboard', 'show the flock at work on a live page, and keep it open until interrupted', false)
    .action(async (files: string[], flags: RunFlags) => {
      // A thread takes as long to load as all that this process loads itself.
      await using threads = await startEarly(flags)
      const { runFiles } = await import('./run-files.ts')
      await runFiles(files, flags, { context, threads })
    })
}

/** Starts a thread where the options say that the run needs one here, with the built-in model. */
async function startEarly(flags: RunFlags): Promise<StartedThreads | undefined> {
  const { executor, model, threads, isolated, dryRun } = flags
  if (executor !== 'threads' || model !== defaultModel || isolated || dryRun) return undefined
  const { startThreads } = await import('@skein/core/threads')
  return startThreads(threads === undefined ? {} : { threads })
}

function collectQuestion(question: string, earlier: readonly string[]): string[] {
  if (question.trim() === '') throw new InvalidArgumentError('Expected a question that is not blank.')
  return [...earlier, question]
}

function encodingFrom(name: string): string {
  if (!isKnownEncoding(name))
    throw new InvalidArgumentError('Expected an encoding such as utf-8, shift_jis or windows-1251.')
  return name
}

/** The defaults apply together, where none of the options is given. */
function defaultOf(measure: keyof typeof defaultCeiling): string {
  return `without any budget: ${numberText(defaultCeiling[measure])}`
}

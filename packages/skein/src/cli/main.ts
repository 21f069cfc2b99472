import { Command, InvalidArgumentError, Option } from 'commander'

import manifest from '../../package.json' with { type: 'json' }
import { defaultStore } from '../open-store.ts'
import { describeFailure, exit } from './failure.ts'
import { runCommand } from './run-command.ts'
import type { RunFlags } from './run-command.ts'
import { outliveReaders } from './standard-streams.ts'

/**
 * Runs the command line.
 *
 * @param argv - As in `process.argv`: program and script first.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  outliveReaders()
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort(new DOMException('Interrupted.', 'AbortError'))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    await program(interrupt.signal).parseAsync(argv)
    return exit.fine
  } catch (error) {
    if (interrupt.signal.aborted) {
      process.stderr.write('skein: interrupted. Run the same command again to go on: what is finished is kept.\n')
      return exit.interrupted
    }
    const { text, exitCode } = describeFailure(error, Boolean(process.env['SKEIN_DEBUG']))
    process.stderr.write(text)
    return exitCode
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function program(signal: AbortSignal): Command {
  const skein = new Command('skein')
    .description('A flock of agents that share one memory.')
    .version(manifest.version)
    .showHelpAfterError('(skein --help shows how)')
    .exitOverride()
  skein
    .command('run')
    .description('Read text files together and sum them up, each sentence with its source.')
    .argument('<file...>', 'text files')
    .option('-q, --question <text>', 'send out an analyst with this question (may be repeated)', collect, [])
    .option('--isolated', 'let every analyst work alone, sharing nothing', false)
    .option('--store <address>', 'where the memory lives: a database file, or memory: for none', defaultStore)
    .option('--space <name>', 'which shared memory of the store', 'default')
    .addOption(
      new Option('--architecture <name>', 'where reads are answered')
        .choices(['hybrid', 'centralized'])
        .default('hybrid'),
    )
    .option('--threads <number>', 'worker threads (default: one per processor)', wholeNumber)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .exitOverride()
    .showHelpAfterError('(skein run --help shows how)')
    .action((files: string[], flags: RunFlags) => runCommand(files, flags, signal))
  return skein
}

function collect(value: string, all: readonly string[]): string[] {
  if (value.trim() === '') throw new InvalidArgumentError('Ask something.')
  return [...all, value]
}

function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1 || number > 31)
    throw new InvalidArgumentError('Expected a whole number from 1 to 31.')
  return number
}

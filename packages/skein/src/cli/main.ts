import { Command } from 'commander'

import manifest from '../../package.json' with { type: 'json' }
import { addAnswer } from './answer-command.ts'
import { addAudit } from './audit-command.ts'
import { addBackup } from './backup-command.ts'
import type { CommandContext } from './command.ts'
import { addCompletion } from './completion-command.ts'
import { addDashboard } from './dashboard-command.ts'
import { addDoctor } from './doctor-command.ts'
import { describeFailure, exit } from './failure.ts'
import { addGet } from './get-command.ts'
import { addInbox } from './inbox-command.ts'
import { addLs } from './ls-command.ts'
import { addRestore } from './restore-command.ts'
import { addRun } from './run-command.ts'
import { addSearch } from './search-command.ts'
import { outliveReaders } from './standard-streams.ts'
import { addStats } from './stats-command.ts'
import { addTail } from './tail-command.ts'

/** All commands, in the order in which help shows them. */
const commands = [
  addRun,
  addDashboard,
  addLs,
  addGet,
  addSearch,
  addTail,
  addInbox,
  addAnswer,
  addAudit,
  addStats,
  addDoctor,
  addBackup,
  addRestore,
  addCompletion,
]

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
  const context: CommandContext = { signal: interrupt.signal, exitCode: exit.fine, afterInterrupt: '' }
  try {
    await program(context).parseAsync(argv)
    return context.exitCode
  } catch (error) {
    if (interrupt.signal.aborted) {
      process.stderr.write(`skein: interrupted. ${context.afterInterrupt}\n`)
      return exit.interrupted
    }
    const { text, exitCode } = describeFailure(error, Boolean(process.env['SKEIN_DEBUG']))
    process.stderr.write(text)
    return exitCode
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function program(context: CommandContext): Command {
  const skein = new Command('skein')
    .description('A flock of agents that share one memory.')
    .version(manifest.version)
    .showHelpAfterError('(skein --help shows how)')
    .exitOverride()
  for (const add of commands) add(skein, context)
  return skein
}

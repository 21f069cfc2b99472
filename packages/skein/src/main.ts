import { Command } from 'commander'

import manifest from '../package.json' with { type: 'json' }
import { addAnswer } from './commands/answer.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/backup.ts'
import type { CommandContext } from './cli/command.ts'
import { addCompletion } from './commands/completion.ts'
import { addDashboard } from './commands/dashboard.ts'
import { addDoctor } from './commands/doctor.ts'
import { describeFailure, exit } from './cli/describe-failure.ts'
import { addGet } from './commands/get.ts'
import { addInbox } from './commands/inbox.ts'
import { addLs } from './commands/ls.ts'
import { addRestore } from './commands/restore.ts'
import { addRun } from './commands/run.ts'
import { addSearch } from './commands/search.ts'
import { outliveReaders } from './terminal/standard-streams.ts'
import { addStats } from './commands/stats.ts'
import { addTail } from './commands/tail.ts'

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

import { Command } from 'commander'

import manifest from '../package.json' with { type: 'json' }
import type { AddCommand, CommandContext } from './cli/command.ts'
import { ErrorReporter } from './cli/error-reporter.ts'
import { exitCode } from './cli/exit-code.ts'
import { addAgents } from './commands/agents.ts'
import { addAnswer } from './commands/answer.ts'
import { addAsk } from './commands/ask.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/store/backup.ts'
import { addCompletion } from './commands/completion.ts'
import { addDashboard } from './commands/dashboard.ts'
import { addDoctor } from './commands/store/doctor.ts'
import { addConfirm } from './commands/confirm.ts'
import { addForget } from './commands/forget.ts'
import { addHelp } from './commands/help.ts'
import { addHold, addRelease } from './commands/hold.ts'
import { addGet } from './commands/get.ts'
import { addImport } from './commands/import.ts'
import { addInbox } from './commands/inbox.ts'
import { addLs } from './commands/ls.ts'
import { addMcp } from './commands/mcp.ts'
import { addInit } from './commands/store/init.ts'
import { addMigrate } from './commands/store/migrate.ts'
import { addRetract } from './commands/retract.ts'
import { addRestore } from './commands/store/restore.ts'
import { addRun } from './commands/run.ts'
import { addSearch } from './commands/search.ts'
import { addStats } from './commands/stats.ts'
import { addSupersede } from './commands/supersede.ts'
import { addTail } from './commands/tail.ts'
import { addWorker } from './machines/add-worker.ts'
import { addWorkers } from './machines/add-workers.ts'
import { topics } from './render/topics.ts'
import { eraseEcho, ignoreClosedPipes, printNote, print } from './terminal/printer.ts'

/** Every command, in the order of the help text. */
const commands: readonly AddCommand[] = [
  addRun,
  addAsk,
  addInit,
  addWorker,
  addWorkers,
  addDashboard,
  addMcp,
  addImport,
  addLs,
  addGet,
  addSearch,
  addTail,
  addInbox,
  addAnswer,
  addRetract,
  addSupersede,
  addConfirm,
  addForget,
  addHold,
  addRelease,
  addAudit,
  addAgents,
  addStats,
  addDoctor,
  addBackup,
  addRestore,
  addMigrate,
  addCompletion,
  addHelp,
]

/**
 * Runs the command line.
 *
 * @param argv - As in `process.argv`: program and script first.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  ignoreClosedPipes()
  const errors = new ErrorReporter(Boolean(process.env['SKEIN_DEBUG']))
  errors.captureWarnings()
  errors.captureCrashes()
  const interrupt = new AbortController()
  const onSignal = (): void => {
    eraseEcho()
    interrupt.abort(new DOMException('Interrupted.', 'AbortError'))
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const context: CommandContext = { signal: interrupt.signal, errors, exitCode: exitCode.success, afterInterrupt: '' }
  try {
    await program(context).parseAsync(argv)
    return context.exitCode
  } catch (error) {
    if (!interrupt.signal.aborted) return errors.report(error)
    errors.print(`skein: interrupted. ${context.afterInterrupt}`)
    return exitCode.interrupted
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** The whole command line, ready to parse. */
export function program(context: CommandContext): Command {
  const skein = new Command('skein')
    .description('A flock of agents that share one memory.')
    .version(manifest.version)
    .showHelpAfterError('(skein --help shows how)')
    .configureOutput({ writeOut: (text) => void print(text.trimEnd()), writeErr: (text) => printNote(text.trimEnd()) })
    .exitOverride()
    .addHelpText('after', '\nA memory is in a file or on a server: --store flock.db, --store redis://HOST:PORT.')
    .addHelpText(
      'after',
      `skein help TOPIC explains ${Object.keys(topics).join(', ')}; skein COMMAND --help has examples.`,
    )
  for (const add of commands) add(skein, context)
  return skein
}

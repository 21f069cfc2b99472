import { Command, Help } from 'commander'
import type { Option } from 'commander'

import manifest from '../package.json' with { type: 'json' }
import { addCommand } from './cli/command.ts'
import type { AddCommand, CommandContext } from './cli/command.ts'
import { ErrorReporter } from './cli/error-reporter.ts'
import { exitCode } from './cli/exit-code.ts'
import { isCommandName, outline } from './cli/outline.ts'
import type { CommandName } from './cli/outline.ts'
import { topics } from './render/topics.ts'
import { eraseEcho, ignoreClosedPipes, printNote, print } from './terminal/printer.ts'

/** Each command is a module of its own: what one needs, the others don't load. */
const loaders: Readonly<Record<CommandName, () => Promise<AddCommand>>> = {
  run: async () => (await import('./commands/run/add-run.ts')).addRun,
  ask: async () => (await import('./commands/ask.ts')).addAsk,
  init: async () => (await import('./commands/store/init.ts')).addInit,
  worker: async () => (await import('./machines/add-worker.ts')).addWorker,
  workers: async () => (await import('./machines/add-workers.ts')).addWorkers,
  dashboard: async () => (await import('./commands/dashboard.ts')).addDashboard,
  mcp: async () => (await import('./commands/mcp.ts')).addMcp,
  import: async () => (await import('./commands/import.ts')).addImport,
  ls: async () => (await import('./commands/ls.ts')).addLs,
  get: async () => (await import('./commands/get.ts')).addGet,
  search: async () => (await import('./commands/search.ts')).addSearch,
  diff: async () => (await import('./commands/diff.ts')).addDiff,
  tail: async () => (await import('./commands/tail.ts')).addTail,
  inbox: async () => (await import('./commands/inbox.ts')).addInbox,
  answer: async () => (await import('./commands/answer.ts')).addAnswer,
  retract: async () => (await import('./commands/retract.ts')).addRetract,
  supersede: async () => (await import('./commands/supersede.ts')).addSupersede,
  confirm: async () => (await import('./commands/confirm.ts')).addConfirm,
  forget: async () => (await import('./commands/forget.ts')).addForget,
  touch: async () => (await import('./commands/touch.ts')).addTouch,
  hold: async () => (await import('./commands/hold.ts')).addHold,
  release: async () => (await import('./commands/hold.ts')).addRelease,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  agents: async () => (await import('./commands/agents/agents.ts')).addAgents,
  order: async () => (await import('./commands/agents/order.ts')).addOrder,
  runs: async () => (await import('./commands/agents/runs.ts')).addRuns,
  stats: async () => (await import('./commands/stats.ts')).addStats,
  doctor: async () => (await import('./commands/store/doctor.ts')).addDoctor,
  backup: async () => (await import('./commands/store/backup.ts')).addBackup,
  restore: async () => (await import('./commands/store/restore.ts')).addRestore,
  migrate: async () => (await import('./commands/store/migrate.ts')).addMigrate,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
  help: async () => (await import('./commands/help.ts')).addHelp,
}

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
    await (await program(context, neededFor(argv))).parseAsync(argv)
    return context.exitCode
  } catch (error) {
    if (!interrupt.signal.aborted) return errors.report(error)
    errors.print(`skein: interrupted. ${context.afterInterrupt}`)
    return exitCode.interrupted
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/**
 * The command line, ready to parse. A command that isn't loaded is there by its
 * outline, for the help and the suggestions.
 *
 * @param names - The commands to load.
 */
export async function program(context: CommandContext, names: readonly CommandName[] = allNames): Promise<Command> {
  const skein = new Command('skein')
    .description('A flock of agents that share one memory.')
    .version(manifest.version)
    .showHelpAfterError('(skein --help shows how)')
    .configureOutput({ writeOut: (text) => void print(text.trimEnd()), writeErr: (text) => printNote(text.trimEnd()) })
    .configureHelp({ subcommandTerm: termOf, optionDescription, formatItem, minWidthToWrap: 20 })
    .exitOverride()
    .addHelpText('after', '\nA memory is in a file or on a server: --store flock.db, --store redis://HOST:PORT.')
    .addHelpText(
      'after',
      `skein help TOPIC explains ${Object.keys(topics).join(', ')}; skein COMMAND --help has examples.`,
    )
    .helpCommand(false)
  for (const name of allNames) {
    if (!names.includes(name)) addCommand(skein, name)
    else (await loaders[name]())(skein, context)
  }
  return skein
}

const allNames = Object.keys(outline) as readonly CommandName[]

/** The commands that a command line names. Scripts of completion report on all of them. */
function neededFor(argv: readonly string[]): readonly CommandName[] {
  const named = argv.slice(2).filter((word) => !word.startsWith('-'))
  const [first] = named
  if (first === 'completion') return allNames
  return (first === 'help' ? named : [first]).filter(isCommandName)
}

/** A default that is off, or empty, tells nobody anything. */
function optionDescription(this: Help, option: Option): string {
  const { defaultValue } = option as { defaultValue: unknown }
  const isTold = defaultValue !== false && !(Array.isArray(defaultValue) && defaultValue.length === 0)
  const shown = isTold ? option : Object.assign(Object.create(option) as Option, { defaultValue: undefined })
  return Help.prototype.optionDescription.call(this, shown)
}

/** On a narrow terminal a description is below its term, not beside it. */
function formatItem(this: Help, term: string, termWidth: number, description: string, help: Help): string {
  const width = help.helpWidth ?? 80
  if (width >= 64 || description === '') {
    return Help.prototype.formatItem.call(this, term, termWidth, description, help)
  }
  return [
    term,
    ...help
      .boxWrap(description, width - 6)
      .split('\n')
      .map((line) => `    ${line}`),
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}

function termOf(command: Command): string {
  const name = command.name()
  return isCommandName(name) ? `${name} ${outline[name].usage}` : new Help().subcommandTerm(command)
}

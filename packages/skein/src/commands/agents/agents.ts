import { savedAgentOf } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { exitCode } from '../../cli/exit-code.ts'
import { nonBlank, nonBlanks } from '../../cli/parse-option.ts'
import { activeAgents, checkAgents } from '../../inspect/check-agents.ts'
import { addInspectOptions } from '../../inspect/inspect-options.ts'
import type { InspectFlags } from '../../inspect/inspect-options.ts'
import { openReadOnly } from '../../inspect/open-read-only.ts'
import { withoutPassword } from '../../open/store-address.ts'
import { renderAgentFindings, renderAgents } from '../../render/render-agents.ts'
import { print, printJson } from '../../terminal/printer.ts'

/** The options of `skein agents` as given. */
interface AgentsFlags extends InspectFlags {
  readonly check?: string
  readonly definition?: readonly string[]
}

/** Adds `skein agents`, which lists saved agents, or says what a release would make of them. */
export function addAgents(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'agents')
    .option(
      '--check <file>',
      'a module that exports durable definitions, or a default function that makes them with a flock',
      nonBlank,
    )
    .option('--definition <name>', 'only agents of this definition (may be repeated)', nonBlanks)
  addInspectOptions(command).action((flags: AgentsFlags) =>
    flags.check === undefined ? list(flags, context) : check(flags.check, flags, context),
  )
}

async function list(flags: AgentsFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const records = await Array.fromAsync(activeAgents(view, flags.definition, context.signal))
  if (flags.json) await printJson({ space: flags.space, agents: records.map(savedAgentOf) })
  else
    await print(
      records.length === 0
        ? 'No saved agents that this clearance covers.'
        : renderAgents(records, view.now(), process.stdout),
    )
}

async function check(file: string, flags: AgentsFlags, context: CommandContext): Promise<void> {
  const { loadDefinitions } = await import('../../inspect/load-definitions.ts')
  const definitions = await loadDefinitions(file)
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const findings = await checkAgents(opened, definitions, flags.definition, context.signal)
  const { store, space, json } = flags
  if (json) await printJson({ store: withoutPassword(store), space, file, ...findings })
  else await print(renderAgentFindings(findings, file, process.stdout))
  const goesOn = findings.agents.every(({ outcome }) => outcome === 'resumes' || outcome === 'migrates')
  context.exitCode = goesOn && findings.hidden === 0 ? exitCode.success : exitCode.failure
}

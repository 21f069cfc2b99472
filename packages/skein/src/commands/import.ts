import { existsSync } from 'node:fs'

import type { Level } from '@skein/memory'
import { levels } from '@skein/memory/store'
import type { ImportFormat } from '@skein/mcp'
import { plainText } from '@skein/memory/runtime'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { exitCode } from '../cli/exit-code.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { addClientOptions, clientOf } from '../inspect/client-options.ts'
import type { ClientFlags } from '../inspect/client-options.ts'
import { InputError } from '../open/input-error.ts'
import { openForClients } from '../open/open-for-clients.ts'
import { countOf } from '../terminal/amounts.ts'
import { print, printJson, printNote } from '../terminal/printer.ts'

/** The options of `skein import` as given. */
interface ImportFlags extends ClientFlags {
  readonly format?: ImportFormat
  readonly sensitivity: Level
  readonly json: boolean
}

const formats = ['graph', 'notes', 'mem0'] as const satisfies readonly ImportFormat[]

/** Adds `skein import`, which takes over what other memories have kept. */
export function addImport(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'import')
    .argument('<file>', 'a file, or a folder of notes', nonBlank)
    .addOption(new Option('--format <name>', 'its format (default: detected from its content)').choices(formats))
    .addOption(
      new Option('--sensitivity <level>', 'the sensitivity of the imported records')
        .choices([...levels])
        .default('public'),
    )
    .option('--json', 'print JSON and nothing else on standard output', false)
  addClientOptions(command).action((path: string, flags: ImportFlags) => run(path, flags, context))
}

async function run(path: string, flags: ImportFlags, context: CommandContext): Promise<void> {
  if (!existsSync(path)) throw new InputError(path, 'does not exist. Check the name and the current folder.')
  const { importMemory } = await import('@skein/mcp')
  const { format, sensitivity } = flags
  await using memory = await openForClients(flags.store, flags.space)
  context.afterInterrupt = 'Run it again: records that were imported already are not written twice.'
  const options = { sensitivity, ...(format && { format }) }
  const report = await importMemory(memory.as(clientOf(flags)), path, options)
  const { added, known, skipped } = report
  if (flags.json) await printJson(report)
  else await print(`Added ${countOf(added, 'record')}; ${known} known already.`)
  for (const one of skipped) printNote(`Skipped: ${plainText(one)}.`)
  // Scripts notice that not all of it was taken over.
  if (skipped.length > 0) context.exitCode = exitCode.failure
}

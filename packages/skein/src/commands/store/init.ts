import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import { nonBlank } from '../../cli/parse-option.ts'
import { openLastingStore } from '../../open/open-store.ts'
import { defaultStore, withoutPassword } from '../../open/store-address.ts'
import { print, printJson } from '../../terminal/printer.ts'

/** The options of `skein init` as given. */
interface InitFlags {
  readonly store: string
  readonly space: string
  readonly json: boolean
}

/** Adds `skein init`, which makes an empty memory, so that programs and MCP clients find one. */
export function addInit(skein: Command): void {
  addCommand(skein, 'init')
    .option('--store <address>', 'the store: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'the space within the store', nonBlank, 'default')
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action((flags: InitFlags) => init(flags))
}

async function init({ store: address, space, json }: InitFlags): Promise<void> {
  const store = await openLastingStore(address)
  const encryption = encryptionFromEnvironment()
  const memory = await openMemory({ store, space, ...(encryption && { encryption }) })
  await memory.close()
  if (address === defaultStore) keepOutOfGit(dirname(address))
  const shown = withoutPassword(address)
  if (json) await printJson({ store: shown, space })
  else await print(nextSteps(shown, space))
}

/** A memory is data of one machine: whoever commits a project leaves it out. */
function keepOutOfGit(folder: string): void {
  const file = join(folder, '.gitignore')
  if (!existsSync(file)) writeFileSync(file, '*\n')
}

function nextSteps(store: string, space: string): string {
  const options = [
    store === defaultStore ? '' : ` --store ${store}`,
    space === 'default' ? '' : ` --space ${space}`,
  ].join('')
  return [
    `The space "${space}" in ${store} is ready. Next:`,
    `  skein run report.txt${options}`,
    '      read and summarize a file',
    `  skein mcp --print-config claude --as NAME${options}`,
    '      print the configuration of an MCP client',
    `  skein dashboard${options}`,
    '      show the memory on a live page',
    'Programs open it with openMemory(): see `skein help stores`.',
  ].join('\n')
}

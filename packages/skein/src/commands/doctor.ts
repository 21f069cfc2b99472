import { encryptionFromEnvironment } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import type { Corruption, StoreDriver } from '@skein/memory/store'
import type { Command } from 'commander'

import { openExistingStore } from '../open/open-store.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { exit } from '../cli/describe-failure.ts'
import { showProgress } from '../terminal/show-progress.ts'
import { renderFindings, withoutPassword } from '../render/render-findings.ts'
import type { Findings, FoundCorruption } from '../render/render-findings.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** `skein doctor`: looks through a store without opening a memory on it, so that nothing is written. */
export function addDoctor(skein: Command, context: CommandContext): void {
  addCommand(skein, 'doctor')
    .description(
      'Say what a store holds, and what in it is damaged. Changes nothing; agents may be at work meanwhile. ' +
        'Ends with 1 when something is damaged.',
    )
    .argument('<store>', 'where the memory lives: a database file, a backup of one, or redis://HOST:PORT')
    .option('--json', 'print one JSON object, which shows damaged records as they stand there', false)
    .action((store: string, { json }: { json: boolean }) => doctor(store, json, context))
}

async function doctor(store: string, json: boolean, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Nothing was changed.'
  const findings = await examine(openExistingStore(store), json, context.signal)
  const shown = withoutPassword(store)
  const text = json ? JSON.stringify({ store: shown, ...findings }) : renderFindings(shown, findings, process.stdout)
  await writeOut(`${text}\n`)
  context.exitCode = findings.corruptions.length === 0 ? exit.fine : exit.failed
}

async function examine(store: StoreDriver, quiet: boolean, signal: AbortSignal): Promise<Findings> {
  const encryption = encryptionFromEnvironment()
  const progress = showProgress(process.stderr, quiet)
  const spaces: Findings['spaces'][number][] = []
  const corruptions: FoundCorruption[] = []
  let lookedBefore = 0
  try {
    for (const space of await store.spaces()) {
      let looked = 0
      const { corruptions: found, ...held } = await inspectSpace({
        store,
        space,
        signal,
        onProgress: (now) => {
          looked = now
          progress.update([{ label: 'looked at', done: lookedBefore + looked, total: 0 }])
        },
        ...(encryption && { encryption }),
      })
      lookedBefore += looked
      spaces.push({ space, ...held })
      corruptions.push(
        ...found.filter((damage) => !isKnown(damage, corruptions)).map((damage) => placed(damage, space)),
      )
    }
    return { spaces, corruptions }
  } finally {
    progress.end()
  }
}

/** The file as a whole is looked at with each space. */
function isKnown({ kind, id, problem }: Corruption, known: readonly FoundCorruption[]): boolean {
  return kind === 'file' && id === '' && known.some((damage) => damage.kind === kind && damage.problem === problem)
}

function placed(damage: Corruption, space: string): FoundCorruption {
  return damage.kind === 'file' && damage.id === '' ? damage : { space, ...damage }
}

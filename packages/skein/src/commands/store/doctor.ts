import { encryptionFromEnvironment } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import type { Corruption, StoreDriver } from '@skein/memory/store'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { exitCode } from '../../cli/exit-code.ts'
import { openExistingStore } from '../../open/open-store.ts'
import { withoutPassword } from '../../open/store-address.ts'
import { renderFindings } from '../../render/render-findings.ts'
import type { Findings, FoundCorruption } from '../../render/render-findings.ts'
import { print, printJson } from '../../terminal/printer.ts'
import { showProgress } from '../../terminal/show-progress.ts'

/** Adds `skein doctor`, which verifies a store without opening a memory on it, so that nothing is written. */
export function addDoctor(skein: Command, context: CommandContext): void {
  addCommand(skein, 'doctor')
    .argument('<store>', 'a database file, a backup of one, or redis://HOST:PORT')
    .option('--json', 'print one JSON object, which includes damaged records as stored', false)
    .action((address: string, { json }: { json: boolean }) => doctor(address, json, context))
}

async function doctor(address: string, json: boolean, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Nothing was changed.'
  const findings = await inspectStore(await openExistingStore(address), json, context.signal)
  const store = withoutPassword(address)
  if (json) await printJson({ store, ...findings })
  else await print(renderFindings(store, findings, process.stdout))
  context.exitCode = findings.corruptions.length === 0 ? exitCode.success : exitCode.failure
}

async function inspectStore(store: StoreDriver, quiet: boolean, signal: AbortSignal): Promise<Findings> {
  const encryption = encryptionFromEnvironment()
  const progress = showProgress(quiet)
  const spaces: Findings['spaces'][number][] = []
  const corruptions: FoundCorruption[] = []
  let doneBefore = 0
  try {
    for (const space of await store.spaces()) {
      let done = 0
      const { corruptions: found, ...held } = await inspectSpace({
        store,
        space,
        signal,
        onProgress: (inspected) => {
          done = inspected
          progress.update([{ label: 'verified', done: doneBefore + done, total: 0 }])
        },
        ...(encryption && { encryption }),
      })
      doneBefore += done
      spaces.push({ space, ...held })
      corruptions.push(
        ...found
          .filter((corruption) => !isKnown(corruption, corruptions))
          .map((corruption) => (isOfFile(corruption) ? corruption : { space, ...corruption })),
      )
    }
    return { spaces, corruptions }
  } finally {
    progress.end()
  }
}

/** Every space reports what is wrong with the file as a whole. */
function isKnown(corruption: Corruption, known: readonly FoundCorruption[]): boolean {
  return isOfFile(corruption) && known.some((other) => isOfFile(other) && other.problem === corruption.problem)
}

function isOfFile({ kind, id }: Corruption): boolean {
  return kind === 'file' && id === ''
}

import { CorruptRecordError } from '@skein/memory'

import { findFaults } from '../verify/file-faults.ts'
import { verifyTables } from '../verify/verify-space.ts'
import type { BackupOptions } from './backup-options.ts'
import type { DatabaseCopy } from './copy-database.ts'

/** @throws CorruptRecordError when SQLite finds faults in the file. */
export async function refuseFaults({ from, file }: DatabaseCopy, { signal }: BackupOptions): Promise<void> {
  const [fault] = await findFaults(file, signal)
  if (fault === undefined) return
  throw new CorruptRecordError('verify', `${from} is damaged, so it was not copied. SQLite says: ${fault}`)
}

/** @throws CorruptRecordError when anything in a space can't be read as it was written. */
export async function refuseCorruption(
  { from, file }: DatabaseCopy,
  space: string,
  { signal }: BackupOptions,
): Promise<void> {
  const assertOpen = (): void => signal?.throwIfAborted()
  for await (const { kind, collection, id, problem } of verifyTables({ file, space, assertOpen })) {
    const name = kind === 'record' ? `${collection}/${id}` : `${kind} ${id}`
    throw new CorruptRecordError(
      'verify',
      `${from} is damaged at ${name} in the space "${space}", so it was not restored. ${problem} ` +
        'Restore another backup, or pass `keepDamaged` to restore this one with its damage.',
    )
  }
}

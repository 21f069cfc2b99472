import { existsSync } from 'node:fs'

import { encryptionFromEnvironment, openMemory, StoreError } from '@skein/memory'
import type { EncryptionOptions, Memory, View } from '@skein/memory'
import { sealingInForce } from '@skein/memory/runtime'
import type { HistoryRule } from '@skein/memory/types'
import type { Collection, Seq, Store, StoreDriver } from '@skein/memory/store'

import type { CommandContext } from '../cli/command.ts'
import { InputError } from '../open/input-error.ts'
import { openExistingStore, requireSpace } from '../open/open-store.ts'
import { defaultStore } from '../open/store-address.ts'
import { principalOf } from './inspect-options.ts'
import type { InspectFlags } from './inspect-options.ts'
import { readOnlyStore } from './read-only-store.ts'

/** A memory opened for reading. */
export interface ReadOnlyMemory extends AsyncDisposable {
  readonly memory: Memory
  readonly view: View
  /** The newest position of the feed when it was opened. */
  readonly last: Seq
}

/** Options of {@link openReadOnly}. */
export interface ReadOnlyOptions {
  /** Whether reads are recorded in the audit: true where values are shown, false where they are only counted. */
  readonly isAudited: boolean
  /**
   * Collections that may be written, beside the audit.
   *
   * @defaultValue none
   */
  readonly writable?: readonly Collection[]
  /**
   * How long the programs that use the space keep past versions.
   *
   * @defaultValue as long as `openMemory`
   */
  readonly history?: Pick<HistoryRule, 'keepMs'>
}

const feedPollMs = 200
/** The command does not know how many versions the programs keep, so it shows and leaves all that are there. */
const mostVersions = 10_000

/**
 * Opens a memory as the principal that the options name. Creates nothing, and
 * doesn't disturb the programs that use the space.
 *
 * @throws InputError when the store or the space doesn't exist; OptionError, StoreError
 */
export async function openReadOnly(
  flags: InspectFlags,
  context: CommandContext,
  { isAudited, writable = [], history }: ReadOnlyOptions,
): Promise<ReadOnlyMemory> {
  context.afterInterrupt = 'Nothing was changed.'
  // Nothing but the audit is written in the background.
  context.errors.backgroundNote = 'The audit may lack this access.'
  const { store: address, space } = flags
  if (address === defaultStore && !existsSync(address)) {
    const remedy = 'Name a store with --store, or let `skein run` create this one.'
    throw new InputError(address, `does not exist: this folder has no memory yet. ${remedy}`)
  }
  const driver = await openExistingStore(address)
  const { reader, last } = await openReader(driver, address, space)
  let memory: Memory
  try {
    const encryption = await encryptionOf(reader)
    memory = await openMemory({
      store: readOnlyStore(driver, reader, new Set([...writable, 'audit'])),
      space,
      architecture: 'centralized',
      heartbeatMs: feedPollMs,
      sharedObjectBytes: 0,
      history: { ...history, versions: mostVersions },
      ...(encryption && { encryption }),
      sealsSpace: false,
      ...(!isAudited && { auditKeepMs: 0 }),
    })
  } catch (error) {
    await reader[Symbol.asyncDispose]()
    throw error
  }
  return { memory, view: memory.as(principalOf(flags)), last, [Symbol.asyncDispose]: () => memory.close() }
}

async function openReader(
  driver: StoreDriver,
  address: string,
  space: string,
): Promise<{ readonly reader: Store; readonly last: Seq }> {
  let reader: Store
  try {
    reader = await driver.open(space, 'reader')
  } catch (error) {
    if (error instanceof StoreError) await explainMissingSpace(driver, address, space)
    throw error
  }
  try {
    const { last } = await reader.changes(Number.MAX_SAFE_INTEGER, 1)
    // Some stores open a space that doesn't exist as an empty one.
    if (last === 0) await requireSpace(driver, address, space)
    return { reader, last }
  } catch (error) {
    await reader[Symbol.asyncDispose]()
    throw error
  }
}

/** @throws InputError when the space is what is missing. A store that can't tell fails for another reason. */
async function explainMissingSpace(driver: StoreDriver, address: string, space: string): Promise<void> {
  await requireSpace(driver, address, space).catch((error: unknown) => {
    if (error instanceof InputError) throw error
  })
}

/**
 * The keys of the environment, with the current key and level of the space:
 * reading must not change how a space is sealed.
 */
async function encryptionOf(reader: Store): Promise<EncryptionOptions | undefined> {
  const given = encryptionFromEnvironment()
  const sealing = given && (await sealingInForce(reader))
  if (!sealing) return undefined
  const { keyId, from } = sealing
  return Object.hasOwn(given.keys, keyId) ? { keys: given.keys, current: keyId, from } : undefined
}

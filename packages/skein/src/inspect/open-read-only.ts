import { existsSync } from 'node:fs'

import { encryptionFromEnvironment, openMemory, StoreError } from '@skein/memory'
import type { EncryptionOptions, Level, Memory, View } from '@skein/memory'
import type { Collection, Seq, Store, StoreDriver } from '@skein/memory/store'

import { InputError } from '../open/input-error.ts'
import { defaultStore, openExistingStore } from '../open/open-store.ts'
import { principalOf } from './inspect-options.ts'
import type { LookingFlags } from './inspect-options.ts'
import { lookingStore } from './read-only-store.ts'
import { withoutPassword } from '../render/render-findings.ts'
import { tellWarnings } from '../cli/error-reporter.ts'

/** A memory that was opened to look into it. */
export interface Looking extends AsyncDisposable {
  readonly memory: Memory
  readonly view: View
  /** The newest position of the feed when it was opened. */
  readonly last: Seq
}

/** How to open a memory: see {@link openToLook}. */
export interface LookingOptions {
  /**
   * Whether the audit is told of what was seen: where values are shown, not
   * where it is only said that there are some.
   */
  readonly isAudited: boolean
  /** What may be written beside the audit. */
  readonly writes?: readonly Collection[]
}

const feedPollMs = 200

/**
 * Opens a memory to look into it as somebody. Nothing is made where there is
 * nothing, and those at work there go on undisturbed.
 *
 * @throws InputError when there is no such store or space; OptionError, StoreError
 */
export async function openToLook(flags: LookingFlags, { isAudited, writes = [] }: LookingOptions): Promise<Looking> {
  tellWarnings()
  const { store: address, space } = flags
  if (address === defaultStore && !existsSync(address)) {
    const remedy = 'Name a store with --store, or let `skein run` make this one.'
    throw new InputError(address, `does not exist: no memory was kept in this folder yet. ${remedy}`)
  }
  const driver = openExistingStore(address)
  const { reader, last } = await openReader(driver, withoutPassword(address), space)
  let memory: Memory
  try {
    const encryption = await encryptionOf(reader)
    memory = await openMemory({
      store: lookingStore(driver, reader, new Set([...writes, 'audit'])),
      space,
      architecture: 'centralized',
      heartbeatMs: feedPollMs,
      sharedObjectBytes: 0,
      ...(encryption && { encryption }),
      ...(!isAudited && { auditKeepMs: 0 }),
    })
  } catch (error) {
    await reader[Symbol.asyncDispose]()
    throw error
  }
  return { memory, view: memory.as(principalOf(flags)), last, [Symbol.asyncDispose]: () => memory.close() }
}

/** Opens a space that is there. */
async function openReader(driver: StoreDriver, shown: string, space: string): Promise<{ reader: Store; last: Seq }> {
  let reader: Store | undefined
  try {
    reader = await driver.open(space, 'reader')
    const { last } = await reader.changes(Number.MAX_SAFE_INTEGER, 1)
    // Some stores open a space that nobody made as if it were an empty one.
    if (last === 0) await requireSpace(driver, shown, space)
    return { reader, last }
  } catch (error) {
    await reader?.[Symbol.asyncDispose]()
    if (error instanceof StoreError && reader === undefined) await requireSpace(driver, shown, space, error)
    throw error
  }
}

/** @throws InputError when there is no such space; the other error, if any, when the store can't say. */
async function requireSpace(driver: StoreDriver, shown: string, space: string, error?: StoreError): Promise<void> {
  const spaces = await driver.spaces().catch((other: unknown) => {
    throw error ?? other
  })
  if (spaces.includes(space)) return
  const remedy =
    spaces.length === 0
      ? 'It has none yet: `skein run` or a program that opens a memory there makes one.'
      : `Name one of these with --space: ${spaces.slice(0, 20).join(', ')}.`
  throw new InputError(shown, `has no space "${space}". ${remedy}`)
}

/**
 * The keys of the environment, of which that one seals with which the space is
 * sealed, from the same sensitivity on: whoever looks changes nothing about that.
 */
async function encryptionOf(reader: Store): Promise<EncryptionOptions | undefined> {
  const given = encryptionFromEnvironment()
  if (!given) return undefined
  const [state] = await reader.read([{ collection: 'settings', id: 'sealed' }])
  if (!state) return undefined
  // The memory's own note, see packages/memory/src/sealer.ts.
  const { current, from } = JSON.parse(state.value) as { readonly current: string; readonly from: Level }
  const [id = ''] = current.split('.')
  return Object.hasOwn(given.keys, id) ? { keys: given.keys, current: id, from } : undefined
}

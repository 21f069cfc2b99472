import { hash as digest } from 'node:crypto'

import type { ObjectVault } from '../sealing/object-vault.ts'
import type { LinkClient } from '../threads/link-client.ts'
import type { LinkHandlers } from '../threads/link-messages.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import type { ObjectArena } from './object-arena.ts'
import type { PinnedBytes, SharedObjects } from './shared-objects.ts'

/** Stores objects' bytes: in shared memory for the threads of this process, and permanently in the store. */
export interface ObjectShelf {
  /**
   * Stores bytes and resolves to their SHA-256. The bytes are copied before this
   * returns, and stored once `level` resolves.
   */
  put(bytes: Uint8Array, level: Promise<Level>): Promise<string>
  /** Resolves to the bytes, pinned in shared memory or else as a copy; `undefined` if the hash is unknown. */
  open(hash: string): Promise<OpenBytes | undefined>
  /** Frees what is in shared memory of bytes that are gone; resolves to whether they are. */
  forget(hash: string): Promise<boolean>
}

/** Opened bytes. Releasing a copy is optional. */
export interface OpenBytes extends PinnedBytes {
  readonly isCopy: boolean
}

/** The SHA-256 of bytes in lowercase hexadecimal. */
function digestOf(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex')
}

/** The shelf of the thread that opened the store. */
export class HostShelf implements ObjectShelf {
  readonly #vault: ObjectVault
  readonly #arena: ObjectArena
  readonly #shared: SharedObjects

  constructor(vault: ObjectVault, arena: ObjectArena, shared: SharedObjects) {
    this.#vault = vault
    this.#arena = arena
    this.#shared = shared
  }

  async put(bytes: Uint8Array, level: Promise<Level>): Promise<string> {
    const offset = this.#arena.reserve(bytes.length)
    if (offset === undefined) {
      const copy = bytes.slice()
      const hash = digestOf(copy)
      await this.#vault.put(hash, copy, await level)
      return hash
    }
    const region = this.#shared.region(offset, bytes.length)
    region.set(bytes)
    return this.#keep(offset, bytes.length, level)
  }

  async open(hash: string): Promise<OpenBytes | undefined> {
    const found = this.#shared.find(hash)
    if (found) return { ...found, isCopy: false }
    const bytes = await this.#vault.get(hash)
    if (!bytes) return undefined
    verify(hash, bytes)
    const offset = this.#arena.reserve(bytes.length)
    if (offset !== undefined) {
      this.#shared.region(offset, bytes.length).set(bytes)
      this.#arena.publish(hash, offset, bytes.length)
      const placed = this.#shared.find(hash)
      if (placed) return { ...placed, isCopy: false }
    }
    return { bytes, isCopy: true, release: () => {} }
  }

  async forget(hash: string): Promise<boolean> {
    if (await this.#vault.has(hash)) return false
    this.#arena.drop(hash)
    return true
  }

  /** Stores the content of a reserved region and publishes it under its hash. */
  async #keep(offset: number, length: number, level: Level | Promise<Level>): Promise<string> {
    try {
      const region = this.#shared.region(offset, length)
      const hash = digestOf(region)
      await this.#vault.put(hash, region, await level)
      this.#arena.publish(hash, offset, length)
      return hash
    } catch (error) {
      this.#arena.cancel(offset, length)
      throw error
    }
  }

  /** Handlers for a worker thread's shelf. `release` frees the regions still reserved when that thread ends. */
  serve(): { handlers: LinkHandlers; release(): void } {
    const reserved = new Map<number, number>()
    const handlers: LinkHandlers = {
      'shelf.reserve': (length: number) => {
        const offset = this.#arena.reserve(length)
        if (offset !== undefined) reserved.set(offset, length)
        return offset
      },
      'shelf.keep': (offset: number, length: number, level: Level) => {
        reserved.delete(offset)
        return this.#keep(offset, length, level)
      },
      'shelf.put': (bytes: Uint8Array, level: Level) => this.put(bytes, Promise.resolve(level)),
      'shelf.forget': (hash: string) => this.forget(hash),
      'shelf.bytes': async (hash: string) => {
        const opened = await this.open(hash)
        const bytes = opened && Uint8Array.from(opened.bytes)
        opened?.release()
        return bytes
      },
      'shelf.load': async (hash: string) => {
        const opened = await this.open(hash)
        opened?.release()
        return opened !== undefined
      },
    }
    const release = (): void => {
      for (const [offset, length] of reserved) this.#arena.cancel(offset, length)
      reserved.clear()
    }
    return { handlers, release }
  }
}

/** Up to this size, sending the bytes is cheaper than reserving a region first. */
const smallBytes = 64 * 1024

/** The shelf of a worker thread. */
export class ThreadShelf implements ObjectShelf {
  readonly #shared: SharedObjects
  readonly #client: LinkClient

  constructor(shared: SharedObjects, client: LinkClient) {
    this.#shared = shared
    this.#client = client
  }

  async put(bytes: Uint8Array, level: Promise<Level>): Promise<string> {
    // Copied now, because the caller may change the bytes during the wait.
    const copy = bytes.slice()
    const known = await level
    if (copy.length <= smallBytes) return this.#client.call('shelf.put', copy, known)
    const offset = await this.#client.call<number | undefined>('shelf.reserve', copy.length)
    if (offset === undefined) return this.#client.call('shelf.put', copy, known)
    this.#shared.region(offset, copy.length).set(copy)
    return this.#client.call('shelf.keep', offset, copy.length, known)
  }

  async open(hash: string): Promise<OpenBytes | undefined> {
    const found = this.#shared.find(hash)
    if (found) return { ...found, isCopy: false }
    if (!(await this.#client.call<boolean>('shelf.load', hash))) return undefined
    const loaded = this.#shared.find(hash)
    if (loaded) return { ...loaded, isCopy: false }
    // There is no room for it in shared memory.
    const bytes = await this.#client.call<Uint8Array | undefined>('shelf.bytes', hash)
    return bytes && { bytes, isCopy: true, release: () => {} }
  }

  forget(hash: string): Promise<boolean> {
    return this.#client.call('shelf.forget', hash)
  }
}

function verify(hash: string, bytes: Uint8Array): void {
  if (digestOf(bytes) === hash) return
  throw new CorruptRecordError('objects.get', `The bytes of object ${hash} are corrupt: their hash does not match.`)
}

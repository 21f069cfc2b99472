import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'

import { openStore } from './open-store.ts'

/** Opens a memory for reading and writing, and creates it if it doesn't exist. @throws OptionError, StoreError */
export async function openForClients(address: string, space: string): Promise<Memory> {
  const encryption = encryptionFromEnvironment()
  return openMemory({ store: await openStore(address), space, ...(encryption && { encryption }) })
}

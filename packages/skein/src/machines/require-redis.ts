import { InputError } from '../open/input-error.ts'
import { parseStoreAddress, withoutPassword } from '../open/store-address.ts'

/**
 * The URL of the Redis that has a store and its queues.
 *
 * @throws InputError for a store that other machines can't reach; OptionError for no address at all.
 */
export function requireRedis(address: string): string {
  const location = parseStoreAddress(address)
  if (location.kind === 'redis') return location.url
  throw new InputError(
    withoutPassword(address),
    'can not be reached by workers. Name a store on Redis: --store redis://HOST:PORT.',
  )
}

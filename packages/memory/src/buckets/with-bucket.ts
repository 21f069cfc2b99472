import { forward } from '../store/forward.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import { requireInteger } from '../values/require-option.ts'
import { requireObject, requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { Bucket } from './bucket.ts'
import { BucketObjects } from './bucket-objects.ts'

/** Options of {@link withBucket}. */
export interface BucketOptions {
  /**
   * Bytes of an object beyond this number go to the bucket.
   *
   * @defaultValue 262144
   */
  readonly over?: number | undefined
}

const kinds: OptionKinds<BucketOptions> = { over: 'number' }
const defaultOver = 256 * 1024

/**
 * A store whose large objects lie in a bucket; it holds records, small objects and where the large ones are. Bytes go to
 * the bucket as the store would keep them: sealed, where the memory seals. What is read back is checked.
 *
 * Give all processes that share a memory the same bucket. Worker threads read through the thread that opened the memory.
 *
 * @param store - Such as `redisStore(url)`.
 * @throws OptionError
 */
export function withBucket(store: StoreDriver, bucket: Bucket, options: BucketOptions = {}): StoreDriver {
  requireObject('store', store, 'a store driver, such as redisStore(url)')
  requireObject('bucket', bucket, 'a bucket, such as folderBucket(path)')
  const { over = defaultOver } = requireOptions('withBucket', options, kinds)
  requireInteger('over', over, 0)
  return {
    spaces: () => store.spaces(),
    open: async (space, role) => {
      const inner = await store.open(space, role)
      const objects = new BucketObjects(inner, bucket, { space, over })
      return {
        ...forward(inner),
        objects: {
          put: (name, bytes, check) => objects.put(name, bytes, check),
          get: (name, range) => objects.get(name, range),
          has: (name) => objects.has(name),
          delete: (name) => objects.delete(name),
          names: () => objects.names(),
        },
        write: (batch) => objects.write(batch),
        sweep: async (limit) => {
          const swept = await inner.sweep(limit)
          await objects.collectSometimes()
          return swept
        },
        scrub: async () => {
          await inner.scrub()
          await objects.collect()
        },
        verify: (inspector) => objects.verify(inspector),
      }
    },
  }
}

import { encryptionFromEnvironment, mapStore, openMemory } from '@skein/memory'
import { describeStore } from '@skein/memory/testing'
import { expect, it } from 'vitest'

describeStore('mapStore', { create: () => mapStore(), parts: ['sealing'] })

it('shows no key where somebody took another sign for the equals sign', async () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const encryption = encryptionFromEnvironment({ SKEIN_KEYS: `k1:${key}` })
  const refused = openMemory({ store: mapStore(), ...(encryption && { encryption }) })
  const message: unknown = expect.not.stringContaining(key.slice(0, 8))
  await expect(refused).rejects.toMatchObject({ code: 'SKEIN_OPTION', message })
})

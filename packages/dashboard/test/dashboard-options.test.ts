import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { dashboard } from '../src/index.ts'
import { operator } from './open-board.ts'

it('refuses options out of range', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const principal = operator
  for (const options of [
    { token: 'short' },
    { token: `${'x'.repeat(40)};` },
    { basePath: 'skein' },
    { basePath: '/../x' },
    { maxStreams: 0 },
    { maxEvents: 1.5 },
    { heartbeatMs: 0 },
    { traces: 'all' as never },
  ]) {
    expect(() => dashboard({ memory, principal, ...options })).toThrow(
      expect.objectContaining({ code: 'SKEIN_OPTION' }),
    )
  }
})

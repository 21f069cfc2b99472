import { describe, expect, it } from 'vitest'

import type { Architecture } from '../../options.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann } from './principals.ts'

/** Following changes. In each architecture. */
export function watchCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('begins with the call', async () => {
      const view = fresh.memory.as(ann)
      const changes = view.watch('facts/')
      await view.facts.set('k', 1)
      expect((await changes.next()).value).toMatchObject({ id: 'k', version: 1 })
      await changes.return()
    })

    it('resumes after any position, without gaps or repeats', async () => {
      const view = fresh.memory.as(ann)
      await view.facts.set('a/1', 1)
      await view.facts.set('b/1', 1)
      const stop = new AbortController()
      const seen: string[] = []
      const watching = (async () => {
        for await (const change of view.watch('facts/a/', { after: 0, signal: stop.signal })) {
          seen.push(`${change.id}@${change.version}`)
          if (change.id === 'a/3') stop.abort()
        }
      })()
      await view.facts.set('a/1', 2)
      await view.facts.set('a/3', 1)
      await watching
      expect(seen).toEqual(['a/1@1', 'a/1@2', 'a/3@1'])
    })
  })
}

import { setTimeout as pause } from 'node:timers/promises'

import { expect, it } from 'vitest'

import type { ForgetFilter } from '../../forgetting/forget-options.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase'] } as const
const because = { reason: 'They asked for it.' } as const

/** Forgetting what a filter finds, and what a memory looks like afterwards. */
export function forgetFilterCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)

  /** A time after all that was written, and before all that will be. */
  const moment = async (): Promise<number> => {
    const { facts } = as(olga)
    const write = async (): Promise<number> => {
      await facts.set('moment', 0)
      return (await facts.read('moment'))?.updatedAt ?? 0
    }
    const at = Math.ceil(await write()) + 1
    while ((await write()) <= at) await pause(1)
    await facts.delete('moment')
    return at
  }

  it('finds records by task, author, tags, time and kind, each alone and together', async () => {
    let between = 0
    /** Writes records that differ in all of it. */
    const fill = async (): Promise<void> => {
      const [mine, theirs] = [as(ann), as(bob)]
      await mine.observations.log({ value: 'a', task: 't', tags: ['x', 'y'] })
      await mine.observations.log({ value: 'b', task: 'u', tags: ['x'] })
      await theirs.facts.set('c', 'c', { task: 't', tags: ['x', 'y'] })
      between = await moment()
      await mine.facts.set('d', 'd', { task: 't', tags: ['y'] })
      await theirs.observations.log({ value: 'e', tags: ['x', 'y'] })
    }
    const left = async (): Promise<string> => {
      const [entries, facts] = [await as(ann).observations.list(), await as(ann).facts.list()]
      return [...entries.items, ...facts.items]
        .map(({ value }) => value as string)
        .toSorted()
        .join('')
    }
    const cases: readonly (readonly [filter: () => ForgetFilter, left: string])[] = [
      [() => ({ task: 't' }), 'be'],
      [() => ({ author: 'bob' }), 'abd'],
      [() => ({ tags: ['x', 'y'] }), 'bd'],
      [() => ({ since: between }), 'abc'],
      [() => ({ until: between }), 'de'],
      [() => ({ collection: 'facts' }), 'abe'],
      [() => ({ task: 't', tags: ['x'] }), 'bde'],
      [() => ({ task: 't', author: 'ann' }), 'bce'],
      [() => ({ author: 'ann', since: between }), 'abce'],
      [() => ({ tags: ['y'], until: between, collection: 'observations' }), 'bcde'],
      [() => ({ task: 't', author: 'bob', tags: ['x', 'y'], since: 1, until: between }), 'abde'],
      [() => ({ task: 'u', author: 'bob' }), 'abcde'],
    ]
    for (const [filterOf, rest] of cases) {
      await fill()
      const filter = filterOf()
      await as(olga).forget(filter, because)
      expect([filter, await left()]).toEqual([filter, rest])
      await as(olga).forget({ since: 0 }, because)
    }
  })

  it.each([1, 101])('scores, orders and pages as if %i forgotten records had never been', async (count) => {
    const view = as(ann)
    const { observations, facts } = view
    const texts = ['fox fox den', 'fox hen', 'hen', 'den hen fox run', 'the long tale of a fox and a den and a hen']
    for (const [n, value] of texts.entries()) {
      await observations.log({ value })
      await facts.set(`k/${n}`, value)
    }
    const look = async (): Promise<unknown> => ({
      found: await observations.search('fox den'),
      best: await observations.search('fox den', { limit: 2 }),
      facts: await facts.search('fox den'),
      pages: await pagesOf((cursor) => observations.list({ limit: 2, ...cursor })),
      keys: await pagesOf((cursor) => facts.list({ prefix: 'k/', limit: 2, ...cursor })),
    })
    const before = await look()
    await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        await observations.log({ value: 'fox fox fox den den run', subject: 'p' })
        await facts.set(`k/${n % 5}/${n}`, 'fox den den', { subject: 'p' })
      }),
    )
    expect(await look()).not.toEqual(before)
    expect((await view.forget({ subject: 'p' }, because)).forgotten).toEqual({ observations: count, facts: count })
    expect(await look()).toEqual(before)
  })
}

/** The items of all pages, page by page. */
async function pagesOf<Item>(
  list: (cursor: {
    readonly cursor?: string
  }) => Promise<{ readonly items: readonly Item[]; readonly cursor?: string | undefined }>,
): Promise<readonly (readonly Item[])[]> {
  const pages: (readonly Item[])[] = []
  let cursor: string | undefined
  do {
    const page = await list(cursor === undefined ? {} : { cursor })
    pages.push(page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return pages
}

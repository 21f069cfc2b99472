import { expect, it } from 'vitest'

import type { KnownAt } from '../../kinds/known-at.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { storeMoment } from './store-moment.ts'

const olga = { ...boss, id: 'olga', rights: ['erase'] } as const
const because = { reason: 'They asked for it.' } as const

/** What the author of a decision had read before it. */
export function knownAtCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)
  const moment = (): Promise<number> => storeMoment(fresh.driver)

  it('tells what the author of a decision could have known', async () => {
    const view = as(ann)
    await view.facts.set('price', 10)
    await as(boss).facts.set('margin', 3, { sensitivity: 'internal' })
    const noted = await as(bob).observations.log({ value: 'the red fox' })
    await view.facts.set('unread', 1)
    await moment()
    await view.facts.get('price')
    await view.facts.read('price')
    await view.facts.get('margin')
    await view.observations.get(noted.id)
    const { id } = await view.decisions.record({ task: 't', decision: 'go', reasoning: 'It is cheap.' })
    await moment()
    await as(bob).facts.set('price', 99)
    const known = await view.decisions.knownAt(id)
    const seen = known.records.map(({ collection, id: name, value }) => [collection, name, value])
    expect(seen).toContainEqual(['facts', 'price', 10])
    expect(seen).toContainEqual(['observations', noted.id, 'the red fox'])
    expect(seen).toHaveLength(2)
    expect(known.records.find(({ id: name }) => name === 'price')).toMatchObject({ version: 1, reads: 2 })
    await expect(as(bob).decisions.knownAt(id)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    const auditor = as({ ...bob, rights: ['audit'] })
    expect((await auditor.decisions.knownAt(id)).records).toEqual(known.records)
    await as(olga).forget('facts/price', because)
    expect(await view.decisions.knownAt(id)).toMatchObject({ records: [{ id: noted.id }], lost: 1 })
  })

  it('tells nobody how much above their clearance the author of a decision had read', async () => {
    await as(boss).facts.set('margin', 3, { sensitivity: 'internal' })
    await as(boss).facts.set('price', 10)
    await moment()
    await as(boss).facts.get('margin')
    await as(boss).facts.get('price')
    const { id } = await as(boss).decisions.record({ task: 't', decision: 'go', reasoning: 'It is cheap.' })
    const keys = ({ records }: KnownAt) => records.map(({ id: key }) => key).toSorted()
    const known = await as(boss).decisions.knownAt(id)
    expect([keys(known), known.lost]).toEqual([['margin', 'price'], 0])
    const auditor = as({ ...bob, rights: ['audit'] })
    expect([keys(await auditor.decisions.knownAt(id)), (await auditor.decisions.knownAt(id)).lost]).toEqual([
      ['price'],
      0,
    ])
  })
}

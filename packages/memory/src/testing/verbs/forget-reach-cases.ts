import { expect, it } from 'vitest'

import { ReadScope } from '../../space/read-scope.ts'
import { NotFoundError } from '../../values/errors.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase', 'audit'], clearance: { level: 'confidential' } } as const
const because = { reason: 'They asked for it.' } as const

/** How far forgetting reaches, and where it ends. */
export function forgetReachCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)

  it('lets nobody keep the result of work that was under way, or ended while the erasure was prepared', async () => {
    for (const turn of [1, 2, 3, 4]) {
      const seen = await as(ann).observations.log({ value: 'the 7 secrets', subject: 'p' })
      const target = turn % 2 === 0 ? seen : ({ subject: 'p' } as const)
      const key = `work ${turn}`
      const [isReading, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      using scope = new ReadScope()
      const view = fresh.memory.as(bob, scope)
      const running = view.once(key, async () => {
        const { value } = await view.observations.get(seen.id)
        isReading.resolve()
        await go.promise
        return value
      })
      await isReading.promise
      const forgetting = as(olga).forget(target, { ...because, derived: 'forget' })
      if (turn > 2) go.resolve()
      await forgetting
      go.resolve()
      expect((await running).value).toBe('the 7 secrets')
      expect(await as(bob).once(key, () => 'anew')).toMatchObject({ value: 'anew', reused: false })
    }
  })

  it('finds what a fact about a subject is updated to, and what supersedes an entry about it', async () => {
    const view = as(ann)
    await view.facts.set('age', 30, { subject: 'p', task: 't' })
    const { subjects } = await view.facts.update<number>('age', (age = 0) => age + 1)
    expect(subjects).toEqual(['p'])
    expect((await view.facts.update('age', () => 32, { subject: ['q', 'p'] })).subjects).toEqual(['p', 'q'])
    const noted = await view.observations.log({ value: 'is 30', subject: 'p' })
    const now = await view.observations.supersede(noted.id, { value: 'is 31', subject: 'r' })
    expect(now.subjects).toEqual(['p', 'r'])
    // About whom a record was is told to nobody who may not see it.
    const secret = { sensitivity: 'confidential' } as const
    const hidden = await as(olga).observations.log({ value: 'is ill', subject: 'p', ...secret })
    const open = await as(olga).observations.supersede(hidden.id, { value: 'is well' })
    expect((await view.observations.get(open.id)).subjects).toEqual([])
    const { forgotten } = await as(olga).forget({ subject: 'p' }, because)
    expect(forgotten).toMatchObject({ facts: 1, observations: 4 })
    expect((await view.observations.list({ include: 'all' })).items).toEqual([])
    expect(await view.facts.get('age')).toBeUndefined()
  })

  it('takes what was forgotten out of packages for people, and the questions that were asked because of it', async () => {
    const { observations, escalations } = as(ann)
    const called = await observations.log({ task: 't', value: 'Zoë called', subject: 'p' })
    await observations.log({ task: 't', value: 'Acme wrote' })
    const kept = await escalations.open({ task: 't', reason: 'Shall we bid?', assignedTo: 'support' })
    const asked = await escalations.open({ task: 'u', reason: 'Shall we call Zoë?', derivedFrom: [called] })
    const packed = async (id: string): Promise<string> => JSON.stringify(await as(ann).escalations.package(id))
    expect(await packed(kept.id)).toContain('Zoë called')
    expect(await packed(asked.id)).toContain('call Zoë')
    const { forgotten } = await as(olga).forget({ subject: 'p' }, { ...because, derived: 'forget' })
    expect(forgotten).toEqual({ observations: 1, escalations: 1 })
    const left = await packed(kept.id)
    expect(left).toContain('Acme wrote')
    expect(left).not.toContain('Zoë')
    expect(left).not.toContain(called.id)
    await expect(escalations.package(asked.id)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('is refused for what a memory keeps to govern itself: who forgot what, holds, the audit, leases', async () => {
    const officer = fresh.memory.as({ ...olga, rights: ['erase', 'hold', 'audit'] })
    await officer.facts.set('a', 1, { subject: 'p' })
    await officer.facts.set('b', 1, { subject: 'q' })
    const { id: hold } = await officer.holds.place({ subject: 'q' }, because)
    const { id: erasure } = await officer.forget({ subject: 'p' }, because)
    await officer.claims.claim('job')
    const names = ['settings/holds', `holds/${hold}`, `erasures/${erasure}`, 'claims/job', 'audit/any', 'ledger/sum']
    for (const name of names) {
      const refused = { code: 'SKEIN_OPTION', message: expect.stringContaining('facts, ') }
      await expect(officer.forget(name, because)).rejects.toMatchObject(refused)
      await expect(officer.forget(['facts/a', name], because)).rejects.toMatchObject(refused)
      await expect(officer.holds.place(name, because)).rejects.toMatchObject(refused)
    }
    await expect(officer.forget('facts/b', because)).rejects.toMatchObject({ code: 'SKEIN_HELD' })
    expect(await officer.claims.holder('job')).toMatchObject({ agent: olga.id })
  })
}

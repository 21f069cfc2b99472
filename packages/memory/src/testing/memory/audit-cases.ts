import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Principal } from '../../values/access.ts'
import type { AuditEntry, AuditFilter } from '../../oversight/audit.ts'
import { joinMemory } from '../../join-memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { Memory } from '../../memory.ts'
import { ReadScope } from '../../space/read-scope.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const low = { id: 'low', role: 'r' }
const secrets = { level: 'confidential', compartments: ['finance'] } as const
const high: Principal = { id: 'high', role: 'r', clearance: secrets, rights: ['declassify'] }
const auditor: Principal = { id: 'eve', role: 'auditor', clearance: secrets, rights: ['audit'] }

/** What the audit shows, and to whom, on any store. */
export function auditCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let memory: Memory

  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver })
  })
  afterEach(() => memory.close())

  const entries = async (filter: AuditFilter = {}, who = auditor): Promise<AuditEntry[]> =>
    Array.fromAsync(memory.as(who).audit.entries(filter))
  const lines = async (filter: AuditFilter = {}, who = auditor): Promise<string[]> =>
    (await entries(filter, who)).map(
      ({ agent, action, outcome, collection, id, count }) =>
        `${agent} ${action} ${collection}/${id} ${outcome} ${count}`,
    )

  describe('reads', () => {
    it('are all counted, hits and misses', async () => {
      const { facts } = memory.as(low)
      await facts.set('k', 1)
      for (let time = 0; time < 5; time += 1) await facts.get('k')
      for (let time = 0; time < 3; time += 1) facts.peek('k')
      await facts.get('absent')
      await facts.get('absent')
      await facts.read('k', { consistency: 'strong' })
      await memory.as(high).facts.get('k')
      expect(facts.peek('never read')).toBeUndefined()
      const reported = await lines({ action: 'read' })
      expect(reported.toSorted()).toEqual([
        'high read facts/k hit 1',
        'low read facts/absent miss 2',
        // Eight cached reads, one strong read.
        'low read facts/k hit 9',
      ])
    })

    it('of a cached entry are counted per reader, even when readers alternate', async () => {
      const views = Array.from({ length: 20 }, (_, index) => memory.as({ id: `a${index}`, role: 'r' }))
      await views[0]?.facts.set('k', 1)
      for (let round = 0; round < 50; round += 1) {
        for (const [index, view] of views.entries())
          for (let time = 0; time <= index; time += 1) await view.facts.get('k')
      }
      const counts = new Map<string, number>()
      for (const { agent, count } of await entries({ action: 'read' }))
        counts.set(agent, (counts.get(agent) ?? 0) + count)
      expect(Object.fromEntries(counts)).toEqual(
        Object.fromEntries(views.map(({ principal }, index) => [principal.id, 50 * (index + 1)])),
      )
    })

    it('above a clearance look like misses to the reader and appear as refusals in the audit', async () => {
      await memory.as(high).facts.set('pay', 1, { sensitivity: 'confidential' })
      const ref = await memory.as(high).objects.put('secret', { compartments: ['finance'] })
      const view = memory.as(low)
      expect(await view.facts.get('pay')).toBeUndefined()
      expect(await view.facts.get('pay')).toBeUndefined()
      expect(await view.objects.has(ref)).toBe(false)
      await expect(view.objects.get(ref)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
      await expect(view.facts.set('pay', 2)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      const refused = (await lines({ agent: 'low', outcome: 'refused' })).toSorted()
      expect(refused).toEqual([
        'low read facts/pay refused 2',
        `low read objects/${ref.id} refused 2`,
        'low write facts/pay refused 1',
      ])
    })

    it('of lists, searches, objects, alerts, claims, work and escalations are reported per record', async () => {
      const view = memory.as(low)
      const first = await view.observations.log({ task: 't', value: 'red fox' })
      const second = await view.observations.log({ task: 't', value: 'red hen' })
      const part = await view.objects.put('text')
      await view.once('w', () => 1)
      await memory.as(high).alerts.send({ to: ['low'], insight: 'now' })
      const escalation = await view.escalations.open({ task: 't', reason: 'why' })
      await view.claims.claim('t')

      await view.observations.list({ task: 't' })
      await view.observations.list({ task: 'none' })
      await view.observations.search('fox')
      await view.objects.get(part)
      await view.once('w', () => 1)
      const [alert] = await view.alerts.pending()
      await view.claims.holder('t')
      await view.escalations.get(escalation.id)
      const reported = await lines({ agent: 'low' })
      expect(reported).toEqual(
        expect.arrayContaining([
          `low list observations/${first.id} hit 1`,
          `low list observations/${second.id} hit 1`,
          'low list observations/ miss 1',
          `low search observations/${first.id} hit 1`,
          `low read objects/${part.id} hit 1`,
          'low read work/public w hit 1',
          `low list alerts/${alert?.id} hit 1`,
          'low read claims/t hit 1',
          `low read escalations/${escalation.id} hit 1`,
        ]),
      )
      expect(reported).not.toContain(`low search observations/${second.id} hit 1`)
    })

    it('of other threads are reported, at the latest when their work ends', async () => {
      await memory.as(low).facts.set('k', 1)
      const { port1, port2 } = new MessageChannel()
      memory.connect(port1)
      const thread = await joinMemory(port2)
      const scope = new ReadScope()
      await thread.as({ id: 'worker', role: 'r' }, scope).facts.get('k')
      scope[Symbol.dispose]()
      await expect.poll(() => lines({ agent: 'worker' })).toEqual(['worker read facts/k hit 1'])
      await thread.close()
    })

    it('survive closing the memory, or are not kept if auditing is off', async () => {
      await memory.as(low).facts.get('k')
      await memory.close()
      memory = await openMemory({ store: driver, auditKeepMs: 0 })
      await memory.as(low).facts.get('other')
      await memory.as(low).facts.set('k', 1)
      expect(await lines({ agent: 'low' })).toEqual(['low read facts/k miss 1', 'low write facts/k written 1'])
    })
  })

  describe('writes', () => {
    it('are reported with their version, refused ones with the reason', async () => {
      const { facts } = memory.as(low)
      await facts.set('k', 1)
      await expect(facts.set('k', 2, { ifVersion: 7 })).rejects.toMatchObject({ code: 'SKEIN_VERSION_CONFLICT' })
      const claim = await memory.as(low).claims.claim('t')
      await claim?.release()
      const late = facts.set('k', 2, { claim: { task: 't', fence: claim?.fence ?? 0 } })
      await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
      await facts.delete('k')
      const about = await entries({ collection: 'facts', id: 'k' })
      const reported = about.map(({ action, outcome, version, reason }) => [action, outcome, version ?? reason])
      expect(reported.filter(([, outcome]) => outcome === 'written')).toEqual([
        ['write', 'written', 1],
        ['delete', 'written', 2],
      ])
      expect(reported).toContainEqual(['write', 'refused', 'another version is stored'])
      expect(reported).toContainEqual(['write', 'refused', 'the claim was lost'])
    })
  })

  describe('the audit itself', () => {
    it('is shown only with the right, and an attempt without it is audited', async () => {
      await expect(entries({}, low)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      expect(await lines({ agent: 'low' })).toEqual(['low audit audit/ refused 1'])
    })

    it('shows an auditor only what its clearance covers', async () => {
      await memory.as(high).facts.set('pay', 1, { sensitivity: 'confidential' })
      await memory.as(high).facts.set('open', 1)
      await memory.as(high).facts.get('pay')
      await memory.as(low).facts.get('pay')
      const modest: Principal = { id: 'mo', role: 'auditor', clearance: { level: 'internal' }, rights: ['audit'] }
      expect(await lines({}, modest)).toEqual(['high write facts/open written 1'])
      expect(await lines({ id: 'pay' })).toHaveLength(3)
    })

    it('can be filtered by time and exported as JSON lines, in order', async () => {
      const { facts } = memory.as(low)
      await facts.set('a', 1)
      const [{ at }] = (await entries()) as [AuditEntry]
      expect(await entries({ until: at })).toEqual([])
      expect(await entries({ since: at })).toHaveLength(1)
      expect(await entries({ since: at + 60_000 })).toEqual([])
      await facts.get('a')
      const exported = await Array.fromAsync(memory.as(auditor).audit.jsonLines())
      expect(exported.every((line) => line.endsWith('}\n'))).toBe(true)
      expect(exported.map((line) => (JSON.parse(line) as AuditEntry).action)).toEqual(['write', 'read'])
    })

    it('does not show up in what agents watch', async () => {
      const stop = new AbortController()
      const changes = memory.as(auditor).watch('', { after: 0, signal: stop.signal })
      await memory.as(low).facts.get('k')
      await entries()
      await memory.as(low).facts.set('k', 1)
      expect((await changes.next()).value).toMatchObject({ collection: 'facts', id: 'k' })
      stop.abort()
      await changes.return()
    })
  })

  describe('declassifying', () => {
    it('shows everyone what only some could see, and the audit says who did it and why', async () => {
      const boss = memory.as(high)
      const view = memory.as(low)
      await boss.facts.set('pay', 100, { sensitivity: 'confidential', compartments: ['finance'], ttlMs: 60_000 })
      const secret = await boss.objects.put('text', { sensitivity: 'confidential' })
      const note = await boss.objects.put('derived', { derivedFrom: [secret] })
      const found = await boss.observations.log({ task: 't', value: 'a red fox', derivedFrom: [note], tags: ['x'] })
      expect(await view.observations.search('fox')).toEqual([])

      const fact = await boss.facts.declassify('pay', { reason: 'agreed' })
      expect(fact).toMatchObject({ version: 2, sensitivity: 'public', compartments: [], value: 100 })
      expect(fact.expiresAt).toBeDefined()
      const ref = await boss.objects.declassify(note, { reason: 'agreed' })
      const published = await boss.observations.declassify(found.id, { reason: 'agreed' })

      expect(await view.facts.get('pay')).toBe(100)
      expect(await view.objects.get(ref)).toBe('derived')
      expect(await view.objects.has(note)).toBe(false)
      const [hit] = await view.observations.search('fox')
      expect(hit?.item).toMatchObject({ id: published.id, value: 'a red fox', task: 't', tags: ['x'], derivedFrom: [] })
      expect(published.derivedFrom).toEqual([note.id])
      const upwards = await boss.objects.lineage(ref, { direction: 'sources' })
      expect(upwards.map(({ ref: { id } }) => id).toSorted()).toEqual([secret.id, note.id].toSorted())
      expect(await view.objects.lineage(ref, { direction: 'sources' })).toEqual([])

      const declassified = await entries({ action: 'declassify' })
      expect(declassified.map(({ agent, id, reason }) => [agent, id, reason])).toEqual([
        ['high', 'pay', 'agreed (from confidential+finance to public)'],
        ['high', note.id, 'agreed (from confidential to public)'],
        ['high', found.id, 'agreed (from confidential to public)'],
      ])
    })

    it('needs the right, a reason, and a lower label', async () => {
      await memory.as(high).facts.set('pay', 1, { sensitivity: 'confidential' })
      const attempt = (who: Principal, about: object) => memory.as(who).facts.declassify('pay', about as never)
      await expect(attempt(auditor, { reason: 'x' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      await expect(attempt({ ...low, rights: ['declassify'] }, { reason: 'x' })).rejects.toMatchObject({
        code: 'SKEIN_NOT_FOUND',
      })
      for (const about of [
        {},
        { reason: '' },
        { reason: 'x', sensitivity: 'confidential' },
        { reason: 'x', compartments: ['finance'] },
        { reason: 'x', sensitivity: 'secret' },
      ]) {
        await expect(attempt(high, about)).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
      }
      expect(await memory.as(low).facts.get('pay')).toBeUndefined()
      expect(await lines({ action: 'declassify' })).toEqual(['eve declassify facts/pay refused 1'])
    })
  })
}

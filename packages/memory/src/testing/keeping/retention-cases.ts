import { expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { RetentionRule } from '../../retention/retention-rules.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'

const longMs = 1_000_000_000

/** Rules that say how long records are kept. */
export function retentionCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const withRules = (retention: readonly RetentionRule[]): Promise<Memory> =>
    openMemory({ store: fresh.driver, retention })
  /** Waits until everything that was written is older than a moment. */
  const laterThanNow = async (): Promise<void> => {
    const view = fresh.memory.as(ann)
    const begun = view.now()
    await until(() => view.now() > begun + 2, 'time passes')
  }

  it('remove what was there before them, with contents and search terms, and say why', async () => {
    const view = fresh.memory.as(ann)
    await view.facts.set('k', 'v')
    await view.facts.get('k')
    await view.observations.log({ value: 'Acme raised its prices' })
    const ref = await view.objects.put('The contract of Acme')
    const same = await fresh.memory.as(boss).objects.put('The contract of Acme', { sensitivity: 'confidential' })
    await laterThanNow()
    await using memory = await withRules([{ keepMs: 1 }])
    const report = await memory.sweep()
    expect(report).toMatchObject({ removed: { facts: 1, observations: 1, objects: 2 } })
    expect(memory.retention).toEqual(report)
    expect(report.rules).toMatchObject([{ rule: { keepMs: 1 }, removed: 4, lastRemovedAt: expect.any(Number) }])
    expect(memory.stats()).toMatchObject({ retentionRemoved: 4 })
    // Another process hears of it a little later.
    await until(async () => (await view.facts.get('k')) === undefined, 'the copy of the fact goes')
    await until(async () => !(await view.objects.has(ref)), 'the copy of the object goes')
    expect(await view.observations.search('prices')).toEqual([])
    await until(async () => !(await fresh.memory.as(boss).objects.has(same)), 'the copy of the other object goes')
    await using store = await fresh.driver.open('default', 'writer')
    expect(await store.objects.names()).toEqual([])
    const auditor = memory.as({ id: 'olga', role: 'auditor', clearance: boss.clearance, rights: ['audit'] })
    const erased = await Array.fromAsync(auditor.audit.entries({ agent: 'retention', action: 'erase' }))
    expect(erased).toHaveLength(4)
    for (const entry of erased) expect(entry).toMatchObject({ outcome: 'hit', reason: 'kept for 1 ms' })
  })

  it('hold for a kind, a tag and a level, and the shortest counts', async () => {
    const high = fresh.memory.as(boss)
    for (const sensitivity of ['public', 'confidential'] as const) {
      for (const tags of [[], ['crm']]) await high.facts.set(`${sensitivity} ${tags.join()}`, 1, { sensitivity, tags })
    }
    await high.decisions.record({ task: 't', decision: 1, reasoning: 'r', tags: ['crm'], sensitivity: 'confidential' })
    await laterThanNow()
    await using memory = await withRules([
      { keepMs: longMs },
      { collection: 'facts', tag: 'crm', sensitivity: 'confidential', keepMs: 1 },
      { collection: 'facts', keepMs: longMs },
    ])
    expect((await memory.sweep()).removed).toEqual({ facts: 1 })
    const { items } = await high.facts.list()
    expect(items.map(({ key }) => key)).toEqual(['confidential ', 'public ', 'public crm'])
    expect((await memory.sweep()).removed).toEqual({ facts: 1 })
  })

  it('end what is written once to the millisecond, and not after the time that its writer gave', async () => {
    await using memory = await withRules([{ collection: 'observations', keepMs: 1 }, { keepMs: longMs }])
    const view = memory.as(ann)
    await view.observations.log({ value: 'gone' })
    await view.decisions.record({ task: 't', decision: 1, reasoning: 'r', ttlMs: 1 })
    const { id } = await view.decisions.record({ task: 't', decision: 2, reasoning: 'r' })
    await laterThanNow()
    // Nobody has swept.
    expect((await fresh.memory.as(bob).observations.list()).items).toEqual([])
    expect((await fresh.memory.as(bob).decisions.list()).items).toMatchObject([{ id }])
  })

  it('keep what is written again', async () => {
    const keepMs = 60_000
    await using memory = await withRules([{ collection: 'facts', keepMs }])
    const { facts } = memory.as(ann)
    await facts.update<number>('n', (n = 0) => n + 1)
    await facts.update<number>('n', (n = 0) => n + 1)
    expect((await memory.as(ann).records.get('facts', 'n'))?.expiresAt).toBeUndefined()
    expect((await memory.sweep()).removed).toEqual({})
    expect(await facts.get('n')).toBe(2)
  })

  it('remove each record once, however many processes look', async () => {
    const { facts } = fresh.memory.as(ann)
    for (let index = 0; index < 20; index += 1) await facts.set(`${index}`, index)
    await laterThanNow()
    await using one = await withRules([{ keepMs: 1 }])
    await using two = await withRules([{ keepMs: 1 }])
    await Promise.all([one.sweep(), two.sweep()])
    await one.sweep()
    expect((one.retention.removed.facts ?? 0) + (two.retention.removed.facts ?? 0)).toBe(20)
    expect((await facts.list()).items).toEqual([])
  })

  it('are refused where they make no sense', async () => {
    const wrong: readonly (readonly [rules: unknown, option: string])[] = [
      [{ keepMs: 1 }, 'retention'],
      [[{ keepMs: 0 }], 'keepMs'],
      [[{ collection: 'work', keepMs: 1 }], 'retention.0.collection'],
      [[{ keepMs: 1 }, { sensitivity: 'secret', keepMs: 1 }], 'retention.1.sensitivity'],
      [[{ tags: ['x'], keepMs: 1 }], 'retention.0.tags'],
    ]
    for (const [rules, option] of wrong) {
      const opening = withRules(rules as readonly RetentionRule[])
      await expect(opening).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
    }
  })
}

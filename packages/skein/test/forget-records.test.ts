import type { ForgetReport } from '@skein/memory/types'
import { describe, expect, it } from 'vitest'

import { openIn } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()
const olga = ['--as', 'olga', '--right', 'erase'] as const

async function fill(subject: string): Promise<void> {
  const memory = await openIn(sample.folder)
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const call = await ann.observations.log({ value: 'Zoë called', subject })
  await ann.facts.set(`${subject}/next`, 'Send a quote', { derivedFrom: [call] })
  await ann.facts.set(`${subject}/last`, 'A call')
  await memory.close()
}

describe('skein forget of records', () => {
  it('shows what would go, then forgets all that is about a person, and lists the erasure', async () => {
    await fill('person/1')
    const { stdout } = await run('forget', '--subject', 'person/1', '--dry-run', ...olga)
    expect(stdout).toContain('Would forget 1 fact, 1 observation.')
    const report = await json<ForgetReport>('forget', '--subject', 'person/1', '--reason', 'asked', '--yes', ...olga)
    expect(report).toMatchObject({ forgotten: { facts: 1, observations: 1 }, left: [] })
    expect((await run('ls', 'erasures')).stdout).toContain(report.id)
    expect((await run('forget', '--subject', 'person/1', '--reason', 'asked', '--yes', ...olga)).stdout).toBe(
      'Forgot nothing.\n',
    )
  })

  it('takes names and beginnings of keys, and what was made from them if told', async () => {
    await fill('person/2')
    const found = await json<ForgetReport>('forget', 'facts/person/2/*', '--reason', 'old', '--yes', ...olga)
    expect(found).toMatchObject({ forgotten: { facts: 2 } })
    await fill('person/3')
    const memory = await openIn(sample.folder)
    const entry = (await memory.as({ id: 'ann', role: 'sales' }).observations.list({ author: 'ann' })).items[0]
    await memory.close()
    const args = ['forget', `observations/${entry?.id}`, '--reason', 'old', '--yes', ...olga]
    const kept = await run(...args, '--dry-run')
    expect(kept.stdout).toContain('facts/person/3/next')
    expect(await json(...args, '--derived', 'forget')).toMatchObject({ forgotten: { observations: 1, facts: 1 } })
  })

  it('takes a task, an author, tags, times and a kind, alone and together', async () => {
    const memory = await openIn(sample.folder)
    const [ida, jon] = ['ida', 'jon'].map((id) => memory.as({ id, role: 'sales' }))
    await ida?.observations.log({ value: 'a', task: 'q', tags: ['red', 'old'] })
    await ida?.facts.set('of ida', 'b', { task: 'q', tags: ['red'] })
    await jon?.facts.set('of jon', 'c', { task: 'q', tags: ['red', 'old'] })
    await memory.close()
    const wouldForget = async (...filter: string[]): Promise<unknown> =>
      (await json<ForgetReport>('forget', ...filter, '--dry-run', ...olga)).forgotten
    expect(await wouldForget('--task', 'q')).toEqual({ observations: 1, facts: 2 })
    expect(await wouldForget('--author', 'ida')).toEqual({ observations: 1, facts: 1 })
    expect(await wouldForget('--tag', 'red', '--tag', 'old')).toEqual({ observations: 1, facts: 1 })
    expect(await wouldForget('--until', '2100-01-01', '--since', '1d', '--task', 'q')).toEqual({
      observations: 1,
      facts: 2,
    })
    const all = ['--task', 'q', '--author', 'ida', '--tag', 'red', '--since', '1d', '--collection', 'facts']
    const report = await json<ForgetReport>('forget', ...all, '--reason', 'asked', '--yes', ...olga)
    expect(report.forgotten).toEqual({ facts: 1 })
    expect(await wouldForget('--task', 'q')).toEqual({ observations: 1, facts: 1 })
  })

  it('needs a reason, the right, and to know what', async () => {
    await fill('person/4')
    const none = await run('forget', '--subject', 'person/4', '--yes', ...olga)
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('--reason is needed') })
    const other = await run('forget', 'facts/person/4/last', '--reason', 'x', '--yes', '--as', 'bob')
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('erase')
    expect((await run('forget', '--reason', 'x', ...olga)).stderr).toContain('needs records')
    const unasked = await run('forget', '--subject', 'person/4', '--reason', 'x', ...olga)
    expect(unasked.stderr).toContain('Nothing was forgotten.')
    expect(await json('forget', '--subject', 'person/4', '--dry-run', ...olga)).toMatchObject({
      forgotten: { observations: 1, facts: 1 },
    })
  })
})

describe('skein hold', () => {
  it('keeps what is about a person until skein release', async () => {
    await fill('person/5')
    const leo = ['--as', 'leo', '--right', 'hold'] as const
    const placed = await json<{ id: string; held: object }>(
      'hold',
      '--subject',
      'person/5',
      '--reason',
      'Case 7',
      ...leo,
    )
    expect(placed.held).toEqual({ facts: 1, observations: 1 })
    const forget = ['forget', '--subject', 'person/5', '--reason', 'asked', '--yes', ...olga]
    expect(await run(...forget)).toMatchObject({ code: 1, stderr: expect.stringContaining('legal hold') })
    expect((await run('ls', 'holds')).stdout).toContain(placed.id)
    expect((await run('release', placed.id, '--reason', 'settled', '--as', 'bob')).code).toBe(1)
    expect((await run('release', placed.id, '--reason', 'settled', ...leo)).stdout).toBe('Released.\n')
    expect(await json<ForgetReport>(...forget)).toMatchObject({ forgotten: { facts: 1, observations: 1 } })
  })
})

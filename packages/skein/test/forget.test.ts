import type { Memory, Ref } from '@skein/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { cleared, openIn, secret } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()
/** Agents of this process that work on the same file, and have the results in their caches. */
let memory: Memory
beforeAll(async () => {
  memory = await openIn(sample.folder)
})
afterAll(() => memory.close())

interface Forgotten {
  readonly forgotten: readonly { readonly id: string; readonly objects: readonly { readonly id: string }[] }[]
}

/** Computes a result, and reads it once more, so that it is cached here. */
async function computed(key: string, value: unknown): Promise<void> {
  const view = memory.as({ id: 'ann', role: 'sales' })
  await view.once(key, () => value)
  expect((await view.once(key, () => 'never')).reused).toBe(true)
}
const isKnown = async (key: string, of = { id: 'bob', role: 'sales' }): Promise<boolean> =>
  (await memory.as(of).once(key, () => 'anew')).reused

describe('skein forget', () => {
  it('has a running agent compute a result anew', async () => {
    await computed('answer/1', 'wrong')
    const { stdout } = await run('ls', 'work')
    expect(stdout).toContain('public answer/1')
    expect(await run('forget', 'work/public answer/1', '--yes')).toMatchObject({
      code: 0,
      stdout: 'Forgot 1 result.\n',
      stderr: '',
    })
    expect(await isKnown('answer/1')).toBe(false)
  })

  it('takes keys, several names, and beginnings', async () => {
    for (const key of ['model/a/1', 'model/a/2', 'model/b/1', 'other/1']) await computed(key, key)
    const { forgotten } = await json<Forgotten>('forget', 'work/model/a/…', 'work/model/a/1', 'work/other/1', '--yes')
    expect(forgotten.map(({ id }) => id).toSorted()).toEqual(['public model/a/1', 'public model/a/2', 'public other/1'])
    expect(await Promise.all(['model/a/1', 'model/b/1'].map((key) => isKnown(key)))).toEqual([false, true])
    expect((await json<Forgotten>('forget', 'work/public model/b*', '--yes')).forgotten).toHaveLength(1)
  })

  it('says what it would forget and what stays, and forgets nothing where nobody can be asked', async () => {
    const view = memory.as({ id: 'ann', role: 'sales' })
    const ref: Ref = await view.objects.put('A summary.')
    await view.observations.log({ value: 'Made from the summary', task: 't', derivedFrom: [ref] })
    await computed('summary/1', { best: [ref] })
    const refused = await run('forget', 'work/summary/1')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toMatch(/public summary\/1 +\d+ \w+ +ann +\{"best":/)
    expect(refused.stderr).toMatch(new RegExp(`kept:\n  objects/${ref.id}\n    observations/\\S+ by ann\n`))
    expect(refused.stderr).toContain('--yes is needed where the command cannot ask. Nothing was forgotten.')
    expect(await isKnown('summary/1')).toBe(true)
    const { forgotten } = await json<Forgotten>('forget', 'work/summary/1', '--yes')
    expect(forgotten).toMatchObject([{ id: 'public summary/1', objects: [{ id: ref.id, uses: [{ author: 'ann' }] }] }])
    expect(await view.objects.get(ref)).toBe('A summary.')
  })

  it('leaves work alone that is running', async () => {
    const [started, ready] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
    const running = memory.as({ id: 'ann', role: 'sales' }).once('slow/1', () => (started.resolve(), ready.promise))
    await started.promise
    expectClearError(await run('forget', 'work/slow/1', '--yes'), 1, /has no result yet.*Wait/)
    ready.resolve('done')
    expect(await running).toMatchObject({ value: 'done' })
    expect(await isKnown('slow/1')).toBe(true)
  })

  it('covers what the clearance covers, and nothing else', async () => {
    const name = `work/${secret} merger/v1`
    expectClearError(await run('forget', name, '--yes'), 1, /work/)
    const fay = { id: 'fay', role: 'finance', clearance: { level: 'confidential', compartments: ['finance'] } } as const
    expect(await isKnown(`${secret} merger/v1`, fay)).toBe(true)
    expect(await run('forget', name, '--yes', ...cleared)).toMatchObject({ code: 0 })
    expect(await isKnown(`${secret} merger/v1`, fay)).toBe(false)
  })

  it.each([
    ['work/absent', /absent/],
    ['work/', /is not a result of work/],
    ['facts/price', /--reason is needed/],
  ])('%s is an error, and nothing is forgotten', async (name, problem) => {
    await computed('stays', 1)
    expectClearError(await run('forget', 'work/stays', name, '--yes'), 1, problem)
    expect(await isKnown('stays')).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'

import { skein } from './run-skein.ts'
import { temporaryFolder } from './sample-files.ts'
import { filesIn, openIn } from './sample-memory.ts'
import { useSampleMemory, withoutTimes } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()

describe('skein ls', () => {
  it('counts the records of each collection, and changes nothing', async () => {
    const before = filesIn(sample.folder)
    const shown = await run('ls')
    const { collections } = await json<{ collections: object[] }>('ls')
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(withoutTimes(shown.stdout)).toBe(
      [
        'COLLECTION    RECORDS  NEWEST',
        'facts               2 AGE ago by ann',
        'observations        2 AGE ago by ann',
        'decisions           1 AGE ago by ann',
        'learnings           1 AGE ago by ann',
        'escalations         1 AGE ago by ann',
        'objects             2 AGE ago by ann',
        'work                1 AGE ago by ann',
        '',
      ].join('\n'),
    )
    expect(collections[0]).toMatchObject({ collection: 'facts', records: 2, isCut: false, newest: { id: 'last' } })
    expect(filesIn(sample.folder)).toEqual(before)
  })

  it('lists the records of one collection, filtered and page by page', async () => {
    const shown = await run('ls', 'facts', '--tag', 'crm', '--author', 'ann', '--task', 'deal/7')
    expect(withoutTimes(shown.stdout)).toBe(
      [
        'ID     V AGE  AUTHOR  TASK    TAGS       VALUE',
        'price  2 AGE  ann     deal/7  crm,price  {"low":11,"high":12}',
        '1 record',
        '',
      ].join('\n'),
    )
    const first = await run('ls', 'facts', '--limit', '1')
    const cursor = /^There are more: add --cursor (\d+)\n$/.exec(first.stderr)?.[1] ?? ''
    const { items } = await json<{ items: { id: string }[] }>('ls', 'facts', '--limit', '1', '--cursor', cursor)
    expect(items).toMatchObject([{ id: 'price', version: 2, author: 'ann', tags: ['crm', 'price'] }])
  })

  it.each([
    ['no records', ['ls', 'alerts'], 'No alerts that this clearance (public) covers.\n'],
    ['no matching records', ['ls', 'facts', '--task', 'x'], 'No matching facts that this clearance (public) covers.\n'],
    [
      'no matching records of any kind',
      ['ls', '--tag', 'x'],
      'No matching records that this clearance (public) covers.\n',
    ],
  ])('says that there are %s', async (_, args, stdout) => {
    expect(await run(...args)).toMatchObject({ code: 0, stdout, stderr: '' })
  })

  it('says what would fill an empty space', async () => {
    const folder = temporaryFolder()
    await (await openIn(folder)).close()
    const { code, stdout } = await skein(['ls', '--store', 'x.db'], folder)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/"default" is empty\. .*skein run FILE/),
    })
    expect(await skein(['ls', '--store', 'x.db', '--json'], folder)).toMatchObject({
      stdout: '{"space":"default","collections":[]}\n',
    })
  })

  it('says that a clearance may be too low', async () => {
    const folder = temporaryFolder()
    const memory = await openIn(folder)
    const fay = memory.as({ id: 'fay', role: 'r', clearance: { level: 'internal' } })
    await fay.facts.set('a', 1, { sensitivity: 'internal' })
    await memory.close()
    expect(await skein(['ls', '--store', 'x.db'], folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^No records that this clearance \(public\) covers\. Raise it with --clearance/),
    })
  })
})

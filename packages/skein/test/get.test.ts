import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { openIn, secret } from './sample-memory.ts'
import { useSampleMemory, withoutTimes } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()

describe('skein get', () => {
  it('shows all about a record', async () => {
    const { code, stdout } = await run('get', 'facts', 'price')
    expect(code).toBe(0)
    expect(withoutTimes(stdout)).toMatch(
      /^facts\/price\nversion {4}2, change \d+\nauthor {5}ann\ntask {7}deal\/7\ntags {7}crm, price\nlabel {6}public\ncreated {4}TIME, AGE ago\nupdated {4}TIME, AGE ago\nexpires {4}TIME, in AGE\nvalue\n {2}\{\n {4}"low": 11,\n {4}"high": 12\n {2}\}\n$/,
    )
  })

  it('shows the lineage of an object both ways, its text, and writes its bytes', async () => {
    const id = sample.publicObject
    const [shown, object, raw] = await Promise.all([
      run('get', 'objects', `${id.slice(0, 8)}…`),
      json<{ uses: object[]; sources: object[] }>('get', 'objects', id),
      run('get', 'objects', id, '--raw'),
    ])
    expect(shown.stdout).toContain(`objects/${id}\n`)
    expect(shown.stdout).toContain(
      'content    32 bytes of text/plain\n  The first chapter of the report.\nused by\n  objects/',
    )
    expect(object).toMatchObject({ id, sources: [], uses: [{ collection: 'objects', author: 'ann', distance: 1 }] })
    expect(raw).toMatchObject({ code: 0, stdout: 'The first chapter of the report.', stderr: '' })
    const { id: note } = object.uses[0] as { id: string }
    expect(await json('get', 'objects', note)).toMatchObject({
      sources: [{ id, distance: 1 }],
      uses: [{ collection: 'observations', author: 'ann', distance: 1 }],
    })
  })

  it('reports a missing record like one that the clearance does not cover', async () => {
    const [absent, hidden] = await Promise.all([run('get', 'facts', 'nope'), run('get', 'facts', `hidden/${secret}`)])
    expectClearError(absent, 1, /No fact "nope" is visible to this principal/)
    expect(hidden).toEqual({ ...absent, stderr: absent.stderr.replace('nope', `hidden/${secret}`) })
    expectClearError(await run('get', 'facts', '…'), 1, /No fact/)
  })

  it('reports an abbreviated id that several records share', async () => {
    const memory = await openIn(sample.folder)
    const { facts } = memory.as({ id: 'ann', role: 'sales' })
    await Promise.all([facts.set('twin/1', 1), facts.set('twin/2', 2)])
    await memory.close()
    expectClearError(await run('get', 'facts', 'twin…'), 1, /twin… matches 2 facts\. Give more of the id/)
    expect(await json('get', 'facts', 'twin/1...')).toMatchObject({ id: 'twin/1', value: 1 })
  })
})

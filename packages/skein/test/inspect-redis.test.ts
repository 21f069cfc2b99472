import { sep } from 'node:path'

import { redisStore } from '@skein/redis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { expectClearError } from './expect-clear-error.ts'
import { cleared, fill, secret } from './sample-memory.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

describe.skipIf(missing)(`commands that read Redis${missing ? ` (${missing})` : ''}`, () => {
  it('show what they show of a file, change nothing, and let a person answer', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const driver = redisStore(server.url)
    const run = (...args: string[]): Promise<Ended> => skein([...args, '--store', server.url], sep)

    expectClearError(await run('ls'), 1, /redis:\/\/127\.0\.0\.1:\d+ has no space "default"\. It has none yet/)
    expect(await driver.spaces()).toEqual([])
    const { publicObject, publicQuestion } = await fill(driver)
    await using store = await driver.open('default', 'reader')
    const { last } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    expectClearError(await run('ls', '--space', 'other'), 1, /has no space "other".*: default\./)
    const [counts, stats] = await Promise.all([run('ls', '--json'), run('stats')])
    expect(JSON.parse(counts.stdout)).toMatchObject({
      collections: [{ collection: 'facts', records: 2 }, {}, {}, {}, {}, {}, {}],
    })
    expect(stats.stdout).toMatch(/\n {2}store {4}for many machines, /)
    expect(await store.changes(last, 10)).toMatchObject({ last, changes: [] })

    const [fact, raw, found, all] = await Promise.all([
      run('get', 'facts', 'price', '--json'),
      run('get', 'objects', publicObject, '--raw'),
      run('search', 'prices'),
      run('search', 'price', ...cleared),
    ])
    expect(JSON.parse(fact.stdout)).toMatchObject({ value: { low: 11, high: 12 }, version: 2 })
    expect(raw.stdout).toBe('The first chapter of the report.')
    expect(found.stdout).toContain('Acme raised its prices')
    expect(found.stdout).not.toContain(secret)
    expect(all.stdout).toContain(secret)

    const { child, ended } = startSkein(['tail', 'escalations/', '--store', server.url], sep)
    let answered: Promise<Ended> | undefined
    child.stderr?.on('data', () => {
      answered ??= run('answer', publicQuestion, '{"granted":true}', '--as', 'eve')
    })
    child.stdout?.on('data', () => child.kill('SIGINT'))
    expect(await ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/eve {2}set {5}escalations\/.* v2 {2}task/),
    })
    expect(await answered).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse((await run('inbox', publicQuestion, '--json')).stdout)).toMatchObject({
      escalation: { state: 'answered', answer: { granted: true } },
    })
  })
})

import { describe, expect, it } from 'vitest'

import { nextWarning, openFlock } from '../open-flock.ts'

const one = { threads: 1, graceMs: 20 }
const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url)

describe('a module of activities that uses parentPort', () => {
  const open = async () => {
    const opened = await openFlock(undefined, one)
    const module = opened.flock.activities<typeof import('./fixtures/using-parent-port.ts')>(
      fixture('using-parent-port'),
    )
    return { ...opened, module }
  }

  it('may post whatever it wants: a warning says that nobody takes it', async () => {
    const { module, report } = await open()
    const warned = nextWarning()
    for (let n = 0; n < 3; n += 1) expect(await module.post(null)).toBe('posted')
    expect((await warned).message).toContain('progress()')
    expect(await report.double(2)).toBe(4)
    expect(await report.count(3)).toBe('counted')
  })

  it('gets no work of others by listening to it', async () => {
    const { module, report } = await open()
    await module.post(null)
    expect(await Promise.all([1, 2, 3].map((n) => report.double(n)))).toEqual([2, 4, 6])
    expect(await module.steal(null)).toEqual([])
  })

  it('may close it', async () => {
    const { module, report } = await open()
    expect(await module.close(null)).toBe('closed')
    expect(await report.count(3)).toBe('counted')
    expect(await report.double(2)).toBe(4)
  })

  it('may close it when it is loaded', async () => {
    const { flock } = await openFlock(undefined, one)
    const { fine } = flock.activities<typeof import('./fixtures/closing-parent-port.ts')>(
      fixture('closing-parent-port'),
    )
    expect(await fine(null)).toBe('fine')
    expect(await fine(null)).toBe('fine')
  })

  it('may catch what is thrown late: its thread goes on', async () => {
    const { module, report } = await open()
    expect(await module.throwLate(null)).toBe('thrown')
    await expect(module.giveUncloneable(null)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_INPUT' })
    expect(await report.double(2)).toBe(4)
  })
})

it('a module that ends its thread when it is loaded fails by name', async () => {
  const { flock, report } = await openFlock(undefined, one)
  const { anything } = flock.activities<typeof import('./fixtures/exiting.ts')>(fixture('exiting'))
  await expect(anything(null)).rejects.toMatchObject({
    code: 'SKEIN_THREAD_LOST',
    message: expect.stringContaining('7') as string,
  })
  expect(await report.double(2)).toBe(4)
})

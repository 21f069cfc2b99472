import { ActivityLoadError, UnknownActivityError } from '@skein/core'
import { expect, it } from 'vitest'

import { openFlock } from '../open-flock.ts'

async function open() {
  const { flock } = await openFlock(undefined, { threads: 1 })
  const failing = flock.activities<typeof import('./fixtures/failing.ts')>(
    new URL('./fixtures/failing.ts', import.meta.url),
  )
  return { flock, failing }
}

const expected: Readonly<Record<string, object>> = {
  own: {
    name: 'PaymentError',
    code: 'DECLINED',
    amount: 5,
    message: 'declined',
    cause: { name: 'RangeError', message: 'limit', cause: { code: 'DEEP' } },
  },
  aggregate: {
    name: 'AggregateError',
    message: 'both',
    errors: [
      { name: 'PaymentError', code: 'DECLINED', message: 'one' },
      { name: 'TypeError', message: 'two' },
    ],
  },
  plain: { code: 'BUSY', retryAfter: 5 },
  foreign: { name: 'TypeError', code: 'FOREIGN', message: 'foreign' },
  abort: { name: 'AbortError', code: 20, message: 'enough' },
  frozen: { name: 'PaymentError', amount: 5 },
  getter: { message: 'fine' },
  circular: { name: 'PaymentError', amount: 5, self: { name: 'PaymentError' } },
  revoked: { message: expect.stringContaining('Thrown') as string },
  text: { message: 'Thrown: a text', thrown: 'a text' },
  nothing: { message: 'Thrown: undefined' },
  null: { message: 'Thrown: null', thrown: null },
  symbol: { message: 'Thrown: Symbol(sign)' },
  function: { message: 'Thrown: [Function: named]' },
}

it('errors of activities keep their class name, code, fields and causes, whatever was thrown', async () => {
  const { failing } = await open()
  for (const [which, error] of Object.entries(expected)) {
    await expect(failing.fail(which), which).rejects.toMatchObject(error)
    await expect(failing.failShared(which), which).rejects.toMatchObject(error)
  }
  await expect(failing.fail('aggregate')).rejects.toBeInstanceOf(AggregateError)
  await expect(failing.fail('foreign')).rejects.toBeInstanceOf(TypeError)
})

it('errors that threads make are of the classes that the package exports', async () => {
  const { flock, failing } = await open()
  const broken = flock.activities<typeof import('../fixtures/broken.ts')>(
    new URL('../fixtures/broken.ts', import.meta.url),
  )
  await expect(broken.anything(null)).rejects.toBeInstanceOf(ActivityLoadError)
  const { missing } = failing as unknown as { missing(input: null): Promise<null> }
  await expect(missing(null)).rejects.toBeInstanceOf(UnknownActivityError)
})

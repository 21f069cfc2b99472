import { runInNewContext } from 'node:vm'

import { OptionError, VersionConflictError } from '@skein/memory'
import { errorDocs, fromEnvelope, toEnvelope } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { toStoredEnvelope } from '../src/values/error-envelope.ts'

const through = (error: unknown): Error => fromEnvelope(structuredClone(toEnvelope(error)))
const stored = (error: unknown): Error =>
  fromEnvelope(JSON.parse(JSON.stringify(toStoredEnvelope(error))) as ReturnType<typeof toEnvelope>)

class PaymentError extends Error {
  readonly code = 'DECLINED'
  readonly amount: number
  constructor(amount: number) {
    super('declined')
    this.amount = amount
  }
}

describe.each([
  ['crosses threads', through],
  ['is stored', stored],
])('an error that %s', (_, pass) => {
  it('keeps class, code, fields, message, stack and causes', () => {
    const error = new VersionConflictError('k', 1, 2, { key: 'k', value: 5 })
    error.cause = new TypeError('deeper', { cause: 'a text' })
    const back = pass(error)
    expect(back).toBeInstanceOf(VersionConflictError)
    expect(back).toMatchObject({
      code: 'SKEIN_VERSION_CONFLICT',
      key: 'k',
      expected: 1,
      current: { value: 5 },
      message: error.message,
    })
    expect(back.stack).toBe(error.stack)
    expect(back.cause).toBeInstanceOf(TypeError)
    expect(back.cause).toMatchObject({ name: 'TypeError', message: 'deeper', cause: { message: 'Thrown: a text' } })
  })

  it('of an unknown class keeps its name, code and fields', () => {
    class Odd extends Error {
      override name = 'Odd'
      code = 'ODD'
      unsendable = (): void => {}
    }
    expect(pass(new Odd('strange'))).toMatchObject({ name: 'Odd', code: 'ODD', message: 'strange' })
    expect(pass(new Odd('strange'))).not.toHaveProperty('unsendable')
    const back = pass(new PaymentError(5))
    expect(back).toMatchObject({ name: 'PaymentError', code: 'DECLINED', amount: 5, message: 'declined' })
    expect(back.constructor.name).toBe('PaymentError')
    expect(back).toBeInstanceOf(Error)
    // Through one more thread, or back again.
    expect(pass(back)).toMatchObject({ name: 'PaymentError', code: 'DECLINED', amount: 5 })
    expect(pass(back).constructor).toBe(back.constructor)
  })

  it('of a package that is not loaded here leads to its section of the guide', () => {
    const refused = Object.assign(new Error('No file.'), { code: 'SKEIN_INPUT' })
    expect(pass(refused)).toHaveProperty('docs', errorDocs('SKEIN_INPUT'))
    expect(Object.keys(pass(refused))).not.toContain('docs')
    expect(pass(new PaymentError(5))).not.toHaveProperty('docs')
  })

  it('keeps the class of JavaScript that its own class extends', () => {
    class UnknownCityError extends RangeError {}
    const back = pass(new UnknownCityError('Atlantis'))
    expect(back).toBeInstanceOf(RangeError)
    expect(back).toMatchObject({ name: 'UnknownCityError', message: 'Atlantis' })
  })

  it('keeps a name that is not that of its class', () => {
    const error = new Error('stopped')
    error.name = 'AbortError'
    expect(pass(error)).toMatchObject({ name: 'AbortError', constructor: Error })
  })

  it('may be a DOMException', () => {
    const back = pass(new DOMException('enough', 'AbortError'))
    expect(back).toBeInstanceOf(DOMException)
    expect(back).toMatchObject({ name: 'AbortError', code: 20, message: 'enough' })
  })

  it('keeps the errors of an AggregateError, with their fields', () => {
    const back = pass(new AggregateError([new PaymentError(1), new TypeError('two'), 'three'], 'all failed'))
    expect(back).toBeInstanceOf(AggregateError)
    const { errors } = back as AggregateError
    expect(errors).toMatchObject([
      { name: 'PaymentError', code: 'DECLINED', amount: 1 },
      { name: 'TypeError', message: 'two' },
      { message: 'Thrown: three', thrown: 'three' },
    ])
    expect(Object.keys(back)).not.toContain('errors')
  })

  it('keeps errors among its fields', () => {
    const error = Object.assign(new Error('outer'), { first: new PaymentError(1), all: [new PaymentError(2)] })
    expect(pass(error)).toMatchObject({ first: { amount: 1 }, all: [{ name: 'PaymentError', amount: 2 }] })
  })

  it('of another realm keeps the same', () => {
    const code = `
      class CityError extends TypeError { constructor() { super('no city'); this.code = 'CITY'; this.where = { x: 1 } } }
      new AggregateError([new CityError()], 'foreign', { cause: new RangeError('why') })`
    const back = pass(runInNewContext(code))
    expect(back).toBeInstanceOf(AggregateError)
    expect(back).toMatchObject({
      message: 'foreign',
      errors: [{ name: 'CityError', code: 'CITY', where: { x: 1 } }],
      cause: { name: 'RangeError', message: 'why' },
    })
    expect((back as AggregateError).errors[0]).toBeInstanceOf(TypeError)
    expect(pass(runInNewContext('({ code: "PLAIN", n: 1 })'))).toMatchObject({ code: 'PLAIN', n: 1 })
  })

  it('keeps the sendable parts of its fields', () => {
    const config = { url: 'http://a', retry: [1, (): void => {}], transform: (): void => {} }
    const error = Object.assign(new Error('failed'), { response: { status: 404, config } })
    expect(pass(error)).toMatchObject({
      response: { status: 404, config: { url: 'http://a', retry: [1, null] } },
    })
  })

  it('may have getters that throw, and codes that are getters', () => {
    class Coded extends Error {
      get code(): string {
        return 'CODED'
      }
    }
    expect(pass(new Coded('coded'))).toMatchObject({ code: 'CODED', name: 'Coded' })
    const error = new Error('fine')
    const thrower = {
      enumerable: true,
      get: () => {
        throw new Error('bad getter')
      },
    }
    Object.defineProperties(error, { code: thrower, detail: thrower, left: { value: 1, enumerable: true } })
    expect(pass(error)).toMatchObject({ message: 'fine', left: 1 })
    for (const field of ['name', 'message', 'stack', 'cause'] as const) {
      expect(pass(Object.defineProperty(new Error('fine'), field, thrower))).toBeInstanceOf(Error)
    }
  })

  it('may be frozen, lead back to itself, or be its own cause', () => {
    expect(pass(Object.freeze(new PaymentError(1)))).toMatchObject({ amount: 1 })
    const error = new OptionError('a', 'b', 'c')
    error.cause = error
    expect(pass(error)).toMatchObject({ code: 'SKEIN_OPTION', cause: { code: 'SKEIN_OPTION' } })
    const circle = new AggregateError([], 'circle') as AggregateError & { self: unknown }
    circle.errors.push(circle, circle)
    circle.self = circle
    expect(pass(circle)).toMatchObject({ self: { message: 'circle' }, errors: [{ message: 'circle' }, {}] })
  })

  it('may lead to others in more ways than anybody can follow', () => {
    let error = new AggregateError([], 'leaf')
    for (let level = 0; level < 7; level += 1) error = new AggregateError(Array(20).fill(error), `level ${level}`)
    expect(pass(error).message).toBe('level 6')
  })

  it('can not set a prototype, or hide behind one', () => {
    const error = Object.defineProperty(new Error('sly'), '__proto__', { value: { polluted: 1 }, enumerable: true })
    expect(pass(error)).toBeInstanceOf(Error)
    expect('polluted' in pass(error)).toBe(false)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(pass(proxy).message).toContain('Thrown')
  })

  it('may be an object: what it holds becomes its fields', () => {
    class Problem {
      status = 402
    }
    expect(pass({ code: 'BUSY', message: 'come back', retryAfter: 5 })).toMatchObject({
      code: 'BUSY',
      message: 'come back',
      retryAfter: 5,
    })
    expect(pass(new Problem())).toMatchObject({ name: 'Problem', status: 402 })
    expect(pass({ plain: true }).message).toBe('Thrown: { plain: true }')
    expect(pass(Object.create(null)).message).toContain('Thrown')
  })

  it.each([undefined, null, 'text', 5, true, Symbol('s'), function named() {}, [1, 2], new Map()])(
    'may be any thrown value: %s',
    (thrown) => {
      const back = pass(thrown)
      expect(back).toBeInstanceOf(Error)
      expect(back.message).toContain('Thrown: ')
    },
  )

  it('keeps a value that was thrown', () => {
    for (const thrown of [null, 'text', 5, [1, 2]]) expect(pass(thrown)).toHaveProperty('thrown', thrown)
  })
})

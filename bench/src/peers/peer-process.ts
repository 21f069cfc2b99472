/**
 * A process with one cache, which does what it is told by messages: see
 * {@link Order}. Its arguments: the library, the server, which process it is
 * and of how many.
 *
 * @module
 */

import { setTimeout as pause } from 'node:timers/promises'

import { ignore } from './cache-peer.ts'
import { findPeer } from './find-peer.ts'

/** What the process may be told to do; it answers each order once. */
export type Order =
  /** So many ask for the same work at once, which may fail; answers how often it was done. */
  | {
      readonly type: 'stampede'
      readonly key: string
      readonly callers: number
      readonly ms: number
      readonly fails: boolean
    }
  /** Writes a value under the first key; answers with the moment just before. */
  | { readonly type: 'write'; readonly value: string }
  /** Reads the first key until that value is there; answers with the moment when it was, or with nothing. */
  | { readonly type: 'await'; readonly value: string }
  /** Writes a value under each key of its own. */
  | { readonly type: 'fill'; readonly keys: number }
  /** Reads all keys and writes its own, until told to stop. */
  | { readonly type: 'start'; readonly keys: number }
  | { readonly type: 'stop' }
  /** Answers with what it reads under each key. */
  | { readonly type: 'values'; readonly keys: number }

const [name = '', url = '', copies = 'copies', index = '0', processes = '1'] = process.argv.slice(2)

// A fault is what some questions are about: what a library throws at its process must not end it.
process.on('uncaughtException', ignore)
process.on('unhandledRejection', ignore)
process.removeAllListeners('warning')
process.on('warning', ignore)
console.error = ignore

const cache = await (await findPeer(name)).open({ url, copies: copies === 'copies' })
const keyOf = (key: number): string => `${name}/${key}`
let written = 0
let isRunning = false
let running: Promise<void> = Promise.resolve()

process.on(
  'message',
  (order: Order) =>
    void obey(order).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: String(error) }),
    ),
)
process.on('disconnect', () => process.exit())
process.send?.({ answer: 'ready' })

async function obey(order: Order): Promise<unknown> {
  if (order.type === 'stampede') return stampede(order)
  if (order.type === 'write') return write(order.value)
  if (order.type === 'await') return untilRead(order.value)
  if (order.type === 'fill')
    return Promise.all(own(order.keys).map((key) => cache.set(keyOf(key), next()))).then(() => 'filled')
  if (order.type === 'values') return values(order.keys)
  if (order.type === 'start') {
    isRunning = true
    running = traffic(order.keys)
    return 'started'
  }
  isRunning = false
  await running
  return 'stopped'
}

async function stampede({ key, callers, ms, fails }: Extract<Order, { type: 'stampede' }>): Promise<number> {
  let calls = 0
  const make = async (): Promise<string> => {
    calls += 1
    await pause(ms)
    if (fails) throw new Error('out of order')
    return 'made'
  }
  const made = await Promise.allSettled(Array.from({ length: callers }, () => cache.getOrSet(key, make)))
  const isRight = (one: PromiseSettledResult<unknown>): boolean =>
    fails ? one.status === 'rejected' : one.status === 'fulfilled' && one.value === 'made'
  if (!made.every(isRight)) throw new Error('Somebody got something else.')
  return calls
}

/** The clock is one that all processes of the machine share. */
async function write(value: string): Promise<string> {
  const before = process.hrtime.bigint()
  await cache.set(keyOf(0), value)
  return `${before}`
}

async function untilRead(value: string): Promise<string | undefined> {
  const end = performance.now() + 3_000
  while (performance.now() < end) {
    if ((await cache.get(keyOf(0))) === value) return `${process.hrtime.bigint()}`
    // Word of the change comes in between.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return undefined
}

/** Each key has one writer: whose copy is old has missed a change, and not lost a race. */
function own(keys: number): number[] {
  return Array.from({ length: keys }, (_, key) => key).filter((key) => key % Number(processes) === Number(index))
}

function next(): string {
  return `${index}/${(written += 1)}`
}

async function traffic(keys: number): Promise<void> {
  const mine = own(keys)
  while (isRunning) {
    await Promise.all(
      Array.from({ length: 8 }, () => {
        if (Math.random() < 0.85) return patient(cache.get(keyOf(Math.floor(Math.random() * keys))))
        return patient(cache.set(keyOf(mine[Math.floor(Math.random() * mine.length)] ?? 0), next()))
      }),
    )
    await pause(2)
  }
}

async function values(keys: number): Promise<unknown[]> {
  return Promise.all(Array.from({ length: keys }, (_, key) => patient(cache.get(keyOf(key)))))
}

/** While a server is away calls may fail, or never come back: nobody waits for them for ever. */
async function patient(call: Promise<unknown>): Promise<unknown> {
  const control = new AbortController()
  try {
    return await Promise.race([call, pause(4_000, 'gave up', { signal: control.signal })])
  } catch {
    return 'failed'
  } finally {
    control.abort()
  }
}

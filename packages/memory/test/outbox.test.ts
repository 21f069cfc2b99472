import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

import { expect, it } from 'vitest'

import { Outbox } from '../src/threads/outbox.ts'

/** What has arrived at a port. */
function received(port: MessagePort): unknown[] {
  const messages: unknown[] = []
  for (let entry = receiveMessageOnPort(port); entry; entry = receiveMessageOnPort(port)) messages.push(entry.message)
  return messages
}

it('sends what steps side by side add as one list, before the steps that follow them', async () => {
  const { port1, port2 } = new MessageChannel()
  const outbox = new Outbox<string>(port1, () => {})
  const arrived: unknown[][] = []
  const step = async (name: string): Promise<void> => {
    outbox.add(`${name} begins`)
    await Promise.resolve()
    arrived.push(received(port2))
    outbox.add(`${name} ends`)
  }
  await Promise.all(['one', 'two', 'three'].map((name) => step(name)))
  arrived.push(received(port2))
  expect(arrived).toEqual([
    [['one begins', 'two begins', 'three begins']],
    [],
    [],
    [['one ends', 'two ends', 'three ends']],
  ])
  port1.close()
})

it('sends at once what waits when it is told to', () => {
  const { port1, port2 } = new MessageChannel()
  const outbox = new Outbox<string>(port1, () => {})
  outbox.add('last')
  outbox.flush()
  outbox.flush()
  expect(received(port2)).toEqual([['last']])
  port1.close()
})

it('refuses a message that cannot be cloned, and no other', async () => {
  const { port1, port2 } = new MessageChannel()
  const refused: unknown[] = []
  const outbox = new Outbox<unknown>(port1, (message, error) => refused.push([message, (error as Error).name]))
  const odd = (): void => {}
  for (const message of ['one', odd, 'two']) outbox.add(message)
  await Promise.resolve()
  outbox.add(odd)
  await Promise.resolve()
  expect(received(port2)).toEqual([['one'], ['two']])
  expect(refused).toEqual([
    [odd, 'DataCloneError'],
    [odd, 'DataCloneError'],
  ])
  port1.close()
})

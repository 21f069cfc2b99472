import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

import { expect, it, onTestFinished } from 'vitest'

import { LinkClient } from '../src/threads/link-client.ts'
import { serveLink } from '../src/threads/serve-link.ts'

function ports() {
  const channel = new MessageChannel()
  onTestFinished(() => {
    channel.port1.close()
    channel.port2.close()
  })
  return channel
}

it('sends a call at once: the thread may compute for long from there on, or end', async () => {
  const { port1, port2 } = ports()
  const client = new LinkClient(port1)
  const called = client.call('write', 1)
  client.notify('noted')
  const sent = [receiveMessageOnPort(port2), receiveMessageOnPort(port2)]
  expect(sent.map((entry) => entry?.message as unknown)).toEqual([
    { call: 1, method: 'write', args: [1] },
    { call: 0, method: 'noted', args: [] },
  ])
  client.close()
  await expect(called).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
})

it('rejects a call whose arguments cannot be cloned, and no other', async () => {
  const { port1, port2 } = ports()
  serveLink(port2, { echo: (value: unknown) => value })
  const client = new LinkClient(port1)
  const calls = [client.call('echo', 1), client.call('echo', () => {}), client.call('echo', 2)]
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  client.close()
})

it('receives what the opening thread has ready as it closes the link', async () => {
  const { port1, port2 } = ports()
  const link = serveLink(port2, {})
  const client = new LinkClient(port1)
  const heard = new Promise((resolve) => client.onPush('lost', resolve))
  link.push('lost', 'lease')
  link.close()
  // Nothing else keeps this thread's loop turning.
  port1.ref()
  await expect(heard).resolves.toBe('lease')
})

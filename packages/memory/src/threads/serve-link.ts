import type { MessagePort } from 'node:worker_threads'

import { fromEnvelope } from '../values/error-envelope.ts'
import { toEnvelope } from '../values/pack-error.ts'
import { warn } from '../values/warn.ts'
import { unanswered } from './link-messages.ts'
import type { Call, LinkHandlers, Push, Reply } from './link-messages.ts'
import { Outbox } from './outbox.ts'

/** The opening thread's end of a link. */
export interface ServedLink {
  push(name: string, ...args: unknown[]): void
  /** Sends the replies that are ready, and closes the port. */
  close(): void
}

/** Answers calls over the port until it closes. An error in a call without a reply becomes a process warning. */
export function serveLink(port: MessagePort, handlers: LinkHandlers): ServedLink {
  const outbox = new Outbox<Reply | Push>(port, (message, error) => {
    if ('call' in message) outbox.add({ call: message.call, error: toEnvelope(error) })
    else warn(error)
  })
  port.on('message', (call: Call) => {
    void answer(handlers, call).then((reply) => {
      if (call.call !== unanswered) outbox.add(reply)
      else if ('error' in reply) warn(fromEnvelope(reply.error))
    })
  })
  port.unref()
  return {
    push: (push, ...args) => outbox.add({ push, args }),
    close: () => {
      outbox.flush()
      port.close()
    },
  }
}

async function answer(handlers: LinkHandlers, { call, method, args }: Call): Promise<Reply> {
  try {
    const handler = handlers[method] as ((...args: readonly unknown[]) => unknown) | undefined
    if (!handler) throw new TypeError(`Expected the name of a link handler, got "${method}".`)
    return { call, result: await handler(...args) }
  } catch (error) {
    return { call, error: toEnvelope(error) }
  }
}

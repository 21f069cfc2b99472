import type { View } from '@skein/memory'

import { HttpError } from '../http/problem.ts'
import type { AgentOrderRequest } from '../protocol/protocol.ts'

/** The properties that an order needs beside its name. */
const needed = {
  pause: undefined,
  resume: undefined,
  stop: undefined,
  send: 'message',
  cancel: 'run',
  rerun: 'run',
} as const satisfies Readonly<Record<AgentOrderRequest['do'], string | undefined>>

/** Checks that the body of a request is an order. @throws HttpError when it is not one. */
export function parseOrder(body: unknown): AgentOrderRequest {
  const order = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
  const { do: name, why } = order
  if (typeof name !== 'string' || !Object.hasOwn(needed, name)) {
    throw new HttpError(
      400,
      'DASHBOARD_BODY',
      `Expected an object whose \`do\` is one of ${Object.keys(needed).join(', ')}.`,
    )
  }
  const property = needed[name as AgentOrderRequest['do']]
  if (property !== undefined && typeof order[property] !== 'string') {
    throw new HttpError(400, 'DASHBOARD_BODY', `Expected \`${property}\` to be a string.`)
  }
  if (why !== undefined && typeof why !== 'string') {
    throw new HttpError(400, 'DASHBOARD_BODY', 'Expected `why` to be a string.')
  }
  // The checks above are those of the type, which the compiler can't follow.
  return order as unknown as AgentOrderRequest
}

/** Gives a viewer's order. @throws AccessError without the right `control`; ControlError, OptionError, StoreError */
export function giveOrder({ control }: View, agent: string, { why, ...order }: AgentOrderRequest): Promise<void> {
  const options = why === undefined || why === '' ? {} : { why }
  switch (order.do) {
    case 'send':
      return control.send(agent, parseMessage(order.message), options)
    case 'cancel':
    case 'rerun':
      return control[order.do](agent, order.run, options)
    default:
      return control[order.do](agent, options)
  }
}

function parseMessage(text: string): { readonly type: string } {
  try {
    return JSON.parse(text) as { readonly type: string }
  } catch {
    throw new HttpError(400, 'DASHBOARD_BODY', 'Expected `message` to be valid JSON text.')
  }
}

import { hash } from 'node:crypto'

import { OptionError } from '@skein/memory'

import type { AgentRef } from './agent-ref.ts'
import type { AnswerTo, Message } from '../messages/message.ts'
import type { AskOptions } from '../messages/questions.ts'

/**
 * Which agent of a role gets a message.
 *
 * - `least-busy`: the one with the fewest messages and open questions.
 * - `round-robin`: one after the other.
 * - a function: messages of the same key go to the same agent as long as it is there; when agents come or go, few
 *   keys move.
 */
export type Route<Taken extends Message = Message> = 'least-busy' | 'round-robin' | ((message: Taken) => string)

/** All agents of one role, as one. */
export interface Role<Taken extends Message = Message> {
  /** The agents that run now. */
  readonly agents: readonly AgentRef<Taken>[]
  /** Sends to one of them. @throws OptionError when there is none; and all that `send` of an agent throws. */
  send(message: Taken): void
  /** Posts to one of them. @throws as `send`. */
  post(message: Taken): Promise<void>
  /** Asks one of them. @throws OptionError when there is none; and all that `ask` of an agent throws. */
  ask<Asked extends Taken>(
    message: Asked,
    options?: AskOptions,
  ): Promise<AnswerTo<Extract<Taken, { readonly type: Asked['type'] }>>>
  /** Sends to each of them that takes it; returns to how many. What an agent refuses becomes a dead letter. */
  publish(message: Taken): number
}

/** @param list - The agents of the role as they are now. */
export function makeRole<Taken extends Message>(
  name: string,
  list: () => readonly AgentRef<Taken>[],
  route: Route<Taken>,
  publish: (agents: readonly AgentRef<Taken>[], message: Taken) => number,
): Role<Taken> {
  let turn = 0
  const pick = (message: Taken): AgentRef<Taken> => {
    const agents = list()
    const [first] = agents
    if (!first) throw new OptionError('role', 'the role of a running agent', name)
    if (typeof route === 'function') return byKey(agents, route(message))
    if (route === 'round-robin') return agents[turn++ % agents.length] as AgentRef<Taken>
    return agents.reduce((idlest, agent) => (agent.load < idlest.load ? agent : idlest), first)
  }
  if (typeof route !== 'function' && route !== 'least-busy' && route !== 'round-robin') {
    throw new OptionError('route', "'least-busy', 'round-robin' or a function", route)
  }
  return {
    get agents() {
      return list()
    },
    send: (message) => pick(message).send(message),
    post: async (message) => pick(message).post(message),
    ask: async (message, options) => pick(message).ask(message, options),
    publish: (message) => publish(list(), message),
  }
}

/** Source: rendezvous hashing, D. Thaler and C. Ravishankar, 1998. */
function byKey<Taken extends Message>(agents: readonly AgentRef<Taken>[], key: string): AgentRef<Taken> {
  const weights = agents.map((agent) => ({ agent, weight: hash('md5', `${agent.id}\0${key}`, 'hex') }))
  return weights.reduce((best, other) => (other.weight > best.weight ? other : best)).agent
}

import { hash } from 'node:crypto'

import { OptionError } from '@skein/memory'

import type { AgentRef } from './agent-ref.ts'
import { stepOf } from './agent-step.ts'
import type { StepFor } from './agent-step.ts'
import type { AnswerTo, Message, QuestionIn } from '../messages/message.ts'
import type { AskOptions } from '../messages/questions.ts'

/**
 * Which agent of a role gets a message.
 *
 * - `least-busy`: the one with the smallest load.
 * - `round-robin`: one after the other.
 * - a function that returns a key: messages with the same key go to the same agent while it runs; when agents come or
 *   go, few keys move.
 */
export type Route<Taken extends Message = Message> = 'least-busy' | 'round-robin' | ((message: Taken) => string)

/** All agents of one role, addressed as one. */
export interface Role<Taken extends Message = Message> {
  /** The agents that currently run. */
  readonly agents: readonly AgentRef<Taken>[]
  /** Sends to one of them. @throws OptionError when there is none; what `send` of an agent throws. */
  send(message: Taken): void
  /** Posts to one of them. @throws OptionError when there is none; what `post` of an agent throws. */
  post(message: Taken): Promise<void>
  /** Asks one of them. @throws OptionError when there is none; what `ask` of an agent throws. */
  ask<Asked extends QuestionIn<Taken>>(
    message: Asked,
    options?: AskOptions,
  ): Promise<AnswerTo<Extract<Taken, { readonly type: Asked['type'] }>>>
  /** Like `step` of an agent: each input goes to one of them. */
  step<Type extends QuestionIn<Taken>['type']>(type: Type): StepFor<Taken, Type>
  /** Sends to each of them that takes the message; returns to how many. What one refuses becomes a dead letter. */
  publish(message: Taken): number
}

/** @param list - Returns the agents of the role that currently run. */
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
    step: (type) =>
      stepOf(type, async (message, options) => pick(message as Taken).ask(message as never, options)) as never,
    publish: (message) => publish(list(), message),
  }
}

/** Source: rendezvous hashing, D. Thaler and C. Ravishankar, 1998. */
function byKey<Taken extends Message>(agents: readonly AgentRef<Taken>[], key: string): AgentRef<Taken> {
  const weights = agents.map((agent) => ({ agent, weight: hash('md5', `${agent.id}\0${key}`, 'hex') }))
  return weights.reduce((best, other) => (other.weight > best.weight ? other : best)).agent
}

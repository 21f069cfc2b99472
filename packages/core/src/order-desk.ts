import type { Memory } from '@skein/memory'
import type { GivenOrder, OrderOutcome } from '@skein/memory/runtime'

import type { ActivityRunner } from './activities/activity-runner.ts'
import { AgentRef } from './agents/agent-ref.ts'
import type { AgentRegistry } from './agents/agent-registry.ts'
import { AgentStoppedError } from './messages/message-errors.ts'
import type { Message } from './messages/message.ts'

const done: OrderOutcome = { isDone: true }

/** Carries out what people order of a flock's agents with `view.control`, in any process. */
export class OrderDesk {
  readonly #registry: AgentRegistry
  readonly #runner: Pick<ActivityRunner, 'cancel' | 'repeat'>
  readonly #stop: () => void

  constructor(memory: Memory, registry: AgentRegistry, runner: Pick<ActivityRunner, 'cancel' | 'repeat'>) {
    this.#registry = registry
    this.#runner = runner
    const { agents } = memory.as({ id: 'flock', role: 'flock', rights: ['administer'] })
    this.#stop = agents.followOrders((given) => this.#carryOut(given))
  }

  close(): void {
    this.#stop()
  }

  async #carryOut({ agent, order, by }: GivenOrder): Promise<OrderOutcome | undefined> {
    const ref = this.#registry.get(agent)
    // One that has no agent of this name may still have run activities for it, as `flock` does.
    if (order.do === 'cancel') {
      if (this.#runner.cancel(agent, order.run, by)) return done
      return ref && refused(`its run "${order.run}" has ended, or belongs to another agent.`)
    }
    if (order.do === 'rerun') {
      if (this.#runner.repeat(agent, order.run)) return done
      return ref && refused(`its run "${order.run}" has not ended, or its flock no longer knows it.`)
    }
    if (!ref) return undefined
    switch (order.do) {
      case 'pause':
        ref.pause()
        return done
      case 'resume':
        ref.resume()
        return done
      case 'stop':
        return this.#end(ref, by)
      case 'send':
        return send(ref, order.message as Message)
    }
  }

  /** A durable agent that is only stopped continues with the next host. */
  async #end(ref: AgentRef, by: string): Promise<OrderOutcome> {
    const runtime = AgentRef.runtimeOf(ref)
    const error = new AgentStoppedError(ref.id, { cause: new Error(`${by} has stopped it.`) })
    runtime.end(runtime.persister ? { type: 'failed', error } : { type: 'stopped' })
    await runtime.ending.stored
    return done
  }
}

async function send(ref: AgentRef, message: Message): Promise<OrderOutcome> {
  try {
    await ref.post(message)
    return done
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error))
  }
}

function refused(why: string): OrderOutcome {
  return { isDone: false, why }
}

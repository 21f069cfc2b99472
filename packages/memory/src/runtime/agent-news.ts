import { setTimeout as pause } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import { FeedTrimmedError } from '../space/watch.ts'
import type { Change } from '../store/change.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { warn } from '../values/warn.ts'
import { hostsTask } from './agent-hosts.ts'

/** What a runtime is told of the agents of a space, in any process, soon after it happened. */
export interface AgentNews {
  /** Mail was posted to an agent or another address. */
  mail?(to: string): void
  /** The saved state of an agent was forgotten. */
  forgotten?(agent: string): void
  /** An agent was created that runs nowhere yet. */
  created?(agent: string): void
  /** A claim was released, such as that on an agent. Claims that end by themselves are no news. */
  released?(task: string): void
  /** A host of agents came, left, or says something else of itself. */
  hosts?(): void
  /** Now every change will be told; what came before may not have been. Called at the beginning and after a gap. */
  mayHaveMissed?(): void
}

/** Follows the feed. @returns how to stop it. */
export function followAgents(actor: Actor, news: AgentNews): () => void {
  const stop = new AbortController()
  const follow = async (): Promise<void> => {
    const changes = actor.followUnseen(stop.signal, () => news.mayHaveMissed?.())
    for await (const change of changes) tell(news, change)
  }
  const followOn = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await follow()
      } catch (error) {
        if (stop.signal.aborted || error instanceof MemoryClosedError) return
        if (error instanceof FeedTrimmedError) continue
        warn(error)
        await pause(retryMs, undefined, { ref: false })
      }
    }
  }
  void followOn()
  return () => stop.abort()
}

function tell(news: AgentNews, { collection, op, id, task, author }: Change): void {
  if (collection === 'messages' && op === 'set' && task !== undefined) news.mail?.(task)
  else if (collection === 'claims' && op === 'delete') news.released?.(id)
  else if (collection === 'settings' && task === hostsTask) news.hosts?.()
  else if (collection !== 'agents') return
  else if (op === 'delete') news.forgotten?.(id)
  // A running agent saves itself.
  else if (author !== id) news.created?.(id)
}

/** Pause before following the feed again after the store failed, in milliseconds. */
const retryMs = 200

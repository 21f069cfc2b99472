import { warn } from '@skein/memory/runtime'

import type { AgentFeed } from '../durable/agent-feed.ts'
import { answerOf, newAnswerAddress } from '../messages/answer-mail.ts'
import type { Message } from '../messages/message.ts'
import type { OpenQuestion } from '../messages/open-question.ts'
import { rejectAll } from '../messages/questions.ts'
import type { AskOptions, Questions } from '../messages/questions.ts'
import { agentOfClaim } from './agent-of-claim.ts'

/** Takes the answers to questions that a flock asked agents of other processes. */
export class Answers {
  /** Where they are posted. */
  readonly address: string = newAnswerAddress()
  readonly #feed: AgentFeed
  readonly #questions: Questions
  #isFollowing = false
  /** Open questions to agents of other processes, by the agent. */
  readonly #open = new Map<string, Set<OpenQuestion>>()
  #taking: Promise<void> | undefined
  #mayHaveMore = false

  constructor(feed: AgentFeed, questions: Questions) {
    this.#feed = feed
    this.#questions = questions
  }

  /**
   * Asks an agent of any process. If it ends without an answer, the question fails.
   *
   * @param send - Posts the question.
   */
  async ask(id: string, message: Message, options: AskOptions, send: (asked: Message) => void): Promise<unknown> {
    const questions = this.#open.get(id) ?? new Set()
    this.#open.set(id, questions)
    const asked = this.#questions.ask({ id, answersTo: this.address, questions, send }, message, options)
    this.#follow()
    try {
      return await asked
    } finally {
      if (questions.size === 0) this.#open.delete(id)
    }
  }

  #follow(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    this.#feed.on({
      mail: (to) => {
        if (to === this.address) void this.#take()
      },
      released: (task) => {
        const id = agentOfClaim(task)
        if (id !== undefined && this.#open.has(id)) void this.#failEnded([id])
      },
      forgotten: (id) => {
        if (this.#open.has(id)) void this.#failEnded([id])
      },
      mayHaveMissed: () => void this.#failEnded([...this.#open.keys()]),
    })
  }

  /** Fails questions to those of these agents that have ended: nobody takes their mail any longer. */
  async #failEnded(ids: readonly string[]): Promise<void> {
    try {
      const saved = await this.#feed.view.agents.summaries(ids)
      const active = new Set(saved.filter(({ status }) => status === 'active').map(({ id }) => id))
      // What it answered before it ended is there by now.
      await this.#take()
      for (const id of ids) if (!active.has(id)) rejectAll(this.#open.get(id) ?? [], id, undefined)
    } catch (error) {
      // A question that nobody fails times out.
      warn(error)
    }
  }

  #take(): Promise<void> {
    this.#mayHaveMore = true
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined))
    return this.#taking
  }

  async #takeAll(): Promise<void> {
    while (this.#mayHaveMore) {
      this.#mayHaveMore = false
      try {
        const mail = await this.#feed.view.agents.takeMail(this.address)
        for (const { message, label } of mail) this.#questions.answer(answerOf(message), label)
      } catch (error) {
        // An answer that is not taken now is taken with the next one, or its question times out.
        warn(error)
      }
    }
  }
}

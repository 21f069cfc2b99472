import { warn } from '@skein/memory/runtime'

import type { AgentFeed } from '../durable/agent-feed.ts'
import { answerOf, newAnswerAddress } from '../messages/answer-mail.ts'
import type { Questions } from '../messages/questions.ts'

/** Takes the answers to questions that a flock asked agents of other processes. */
export class Answers {
  /** Where they are posted. */
  readonly address: string = newAnswerAddress()
  readonly #feed: AgentFeed
  readonly #questions: Questions
  #isFollowing = false
  #isTaking = false
  #mayHaveMore = false

  constructor(feed: AgentFeed, questions: Questions) {
    this.#feed = feed
    this.#questions = questions
  }

  /** Takes them from now on. */
  follow(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    this.#feed.on({
      mail: (to) => {
        if (to === this.address) void this.#take()
      },
      mayHaveMissed: () => void this.#take(),
    })
  }

  async #take(): Promise<void> {
    this.#mayHaveMore = true
    if (this.#isTaking) return
    this.#isTaking = true
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
    this.#isTaking = false
  }
}

/** What a view keeps loading. */
export interface Loading<Answer> {
  /** @returns `undefined` where there is nothing to ask for */
  readonly ask: () => Promise<Answer | undefined>
  readonly onAnswer: (answer: Answer) => void
  /** @param problem - Why there is no answer, for people. */
  readonly onProblem: (problem: string) => void
  /** From the end of one request to the next, in milliseconds; `undefined` for no other. */
  readonly pauseMs: () => number | undefined
}

/**
 * Loads at once, and again after a pause, while a view is open. One request at a time: a slow server gets no more of
 * them, and an older answer replaces no newer one. What comes once the view shows something else is dropped.
 *
 * @returns how to end that
 */
export function keepLoading<Answer>({ ask, onAnswer, onProblem, pauseMs }: Loading<Answer>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOpen = true
  const follow = async (): Promise<void> => {
    try {
      const answer = await ask()
      if (isOpen && answer !== undefined) onAnswer(answer)
    } catch (error) {
      if (isOpen) onProblem(error instanceof Error ? error.message : 'The server could not be reached.')
    }
    const pause = pauseMs()
    if (isOpen && pause !== undefined) timer = setTimeout(() => void follow(), pause)
  }
  void follow()
  return () => {
    isOpen = false
    clearTimeout(timer)
  }
}

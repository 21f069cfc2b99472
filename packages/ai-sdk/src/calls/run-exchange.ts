import { Exchange } from '@skein/core/executor'
import type { ChatOptions, Patience } from '@skein/core/executor'

import { toModelError } from './call-failure.ts'

/** What one attempt is made with. */
export interface Attempt extends ChatOptions {
  /** The tokens of the request: asked for only when it failed. */
  readonly input: () => number
}

/** Runs one attempt, ends it when nothing comes for too long, and translates its failure. @throws ModelCallError */
export async function runExchange<Answer>(
  model: string,
  patience: Patience,
  { signal, onText, input }: Attempt,
  run: (exchange: Exchange) => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted()
  using exchange = new Exchange(model, patience, signal, onText)
  return await run(exchange).catch((error: unknown) => {
    throw toModelError(error, exchange, signal, input)
  })
}

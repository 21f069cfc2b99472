import { failureCode } from '@skein/core/executor'
import type { ChatRequest, Exchange } from '@skein/core/executor'

import { failureFields, isFromServer, signsOf } from './failure-signs.ts'
import { fieldsOf } from './fields.ts'
import type { GivenAnswer, LanguageCalls } from './language-model.ts'

/**
 * How one model is told of schemas: natively, or in words. It is asked natively unless it says that it can't, warns
 * that it has ignored a schema, or its server refuses one; that is remembered.
 */
export class SchemaForm {
  #inWords: boolean
  /** Schemas that were refused where others are taken, as JSON. */
  readonly #refused = new Set<string>()

  constructor({ supportsStructuredOutputs }: LanguageCalls) {
    this.#inWords = supportsStructuredOutputs === false
  }

  /** @throws what `ask` throws last. A refused request bills nothing, so it is asked again in words. */
  async ask(
    { schema }: ChatRequest,
    exchange: Exchange,
    ask: (inWords: boolean) => Promise<GivenAnswer>,
  ): Promise<GivenAnswer> {
    if (!schema) return ask(false)
    const text = JSON.stringify(schema.schema)
    // Providers that enforce schemas want an object at the root.
    const inWords = this.#inWords || schema.schema['type'] !== 'object' || this.#refused.has(text)
    try {
      const answer = await ask(inWords)
      // The answer itself is checked like any other; the next one will be asked for in words.
      if (!inWords && answer.warnings?.some(ignoresSchema)) this.#inWords = true
      return answer
    } catch (error) {
      if (inWords || exchange.begun || !blamesSchema(error)) throw error
      const answer = await ask(true)
      this.#refused.add(text)
      return answer
    }
  }
}

/** A warning of version 2 names the setting, of later ones the feature. */
function ignoresSchema(warning: unknown): boolean {
  const { feature, setting } = fieldsOf(warning)
  return feature === 'responseFormat' || setting === 'responseFormat'
}

function blamesSchema(error: unknown): boolean {
  const failure = failureFields(error)
  if (!isFromServer(failure)) return failure['name'] === 'AI_UnsupportedFunctionalityError'
  const signs = signsOf(failure)
  return (
    failureCode(signs) === 'SKEIN_MODEL_REQUEST' &&
    /response[_ ]?format|json[_ -]?(?:schema|object|mode)|structured|grammar|schema/.test(signs.said)
  )
}

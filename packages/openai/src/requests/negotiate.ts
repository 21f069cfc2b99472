import { failureCode } from '@skein/core/executor'
import type { Exchange, JsonSchema, ModelCallCode } from '@skein/core/executor'

import { ServerFailure } from '../wire/server-failure.ts'
import type { Abilities, AbilityTable, SchemaMode } from './abilities.ts'
import { isObjectSchema } from './strict-schema.ts'

/** What a request makes use of: only that can have been refused. */
export interface Uses {
  readonly schema?: JsonSchema | undefined
  readonly systemRole?: boolean
  readonly streamOptions?: boolean
  readonly maxTokens?: boolean
  /** Whether it has a prefix for a prompt cache. */
  readonly prefix?: boolean
  readonly base64?: boolean
  /** How many texts it asks vectors for. */
  readonly texts?: number
}

/**
 * Asks a server in the form that it is known to accept. If it refuses a part of the form, asks
 * again without it, and remembers that once it has led to an answer. Refused requests bill nothing.
 *
 * @throws what `ask` throws last.
 */
export async function negotiate<Answer>(
  table: AbilityTable,
  uses: Uses,
  exchange: Exchange,
  ask: (abilities: Abilities) => Promise<Answer>,
): Promise<Answer> {
  const learned: Partial<Abilities> = {}
  let isSchemasOwn = false
  let isBatchLimit = true
  for (;;) {
    const abilities = { ...table.for(uses.schema), ...learned }
    try {
      const answer = await ask(abilities)
      const { mostTexts, ...lasting } = learned
      if (mostTexts !== undefined && isBatchLimit) Object.assign(lasting, { mostTexts })
      if (Object.keys(lasting).length > 0) table.learn(lasting, isSchemasOwn ? uses.schema : undefined)
      return answer
    } catch (error) {
      if (!(error instanceof ServerFailure) || exchange.begun) throw error
      const less = lessFor(error, abilities, uses, learned)
      if (!less) throw error
      if (less.schemas) isSchemasOwn = blamesSchema(error)
      // Texts that are too long together say nothing about others.
      if (less.mostTexts) isBatchLimit = textsWords.test(error.said)
      Object.assign(learned, less)
    }
  }
}

/** What to do without after a failure; `undefined` if it has another cause. */
function lessFor(
  failure: ServerFailure,
  abilities: Abilities,
  { schema, systemRole, streamOptions, maxTokens, prefix, base64, texts = 1 }: Uses,
  learned: Partial<Abilities>,
): Partial<Abilities> | undefined {
  const code = failureCode(failure)
  const { said, status } = failure
  const most = Math.min(texts, abilities.mostTexts)
  if (most > 1 && (code === 'SKEIN_MODEL_CONTEXT' || (blamesRequest(failure, code) && textsWords.test(said)))) {
    return { mostTexts: fewerTexts(said, most) }
  }
  if (!blamesRequest(failure, code)) return undefined
  const offers: readonly (readonly [isUsed: boolean | undefined, words: RegExp, less: Partial<Abilities>])[] = [
    [prefix && abilities.cacheBreakpoints, /prompt_cache_breakpoint/, { cacheBreakpoints: false }],
    [prefix && abilities.cacheKey, /prompt_cache_key/, { cacheKey: false }],
    [streamOptions && abilities.streamOptions, /stream[_ ]options|include_usage/, { streamOptions: false }],
    [base64 && abilities.base64, /encoding_format|base64/, { base64: false }],
    [maxTokens && learned.maxTokens === undefined, /max_(?:completion_)?tokens/, { maxTokens: otherName(abilities) }],
    [schema && abilities.schemas !== 'words', schemaWords, { schemas: simpler(abilities, schema) }],
    [systemRole && abilities.systemRole, roleWords, { systemRole: false }],
  ]
  const used = offers.filter(([isUsed]) => isUsed)
  const named = used.find(([, words]) => words.test(said))
  if (named) return named[2]
  // Of all that is sent, this is what fewest servers know.
  if (prefix && abilities.cacheKey && unknownWords.test(said)) return { cacheKey: false, cacheBreakpoints: false }
  // Some servers refuse without a word about what.
  return silent.has(status) && !failure.isExplained ? used[0]?.[2] : undefined
}

/**
 * Whether the request may be at fault. A server that failed by itself may quote the request: its words prove nothing,
 * save where it could not make a grammar of a schema.
 */
function blamesRequest({ status, said }: ServerFailure, code: ModelCallCode): boolean {
  if (code !== 'SKEIN_MODEL_SERVER') return code === 'SKEIN_MODEL_REQUEST'
  return status === undefined || status === 501 || (status === 500 && /grammar|schema conversion|batch size/.test(said))
}

const silent: ReadonlySet<number | undefined> = new Set([400, 415, 422, 501])

const schemaWords = /response[_ ]?format|json[_ -]?(?:schema|object|mode)|structured|guided|grammar|schema/
const roleWords =
  /(?:system|developer) (?:role|message|prompt|instruction)|roles?[ :='"\\`]{1,4}(?:system|developer)|roles must|alternat/
const unknownWords =
  /(?:un(?:known|recogni[sz]ed|supported|expected|permitted)|extra|additional|invalid) (?:request |body |keyword )?(?:inputs?|fields?|names?|parameters?|arguments?|propert)/
const textsWords =
  /batch|too many inputs?|number of inputs|inputs? (?:items|texts|strings|must|may|exceed)|\barray\b|tokens per request/

function simpler({ schemas }: Abilities, schema: JsonSchema | undefined): SchemaMode {
  return schemas === 'json_schema' && isObjectSchema(schema) ? 'json_object' : 'words'
}

function otherName({ maxTokens }: Abilities): Abilities['maxTokens'] {
  return maxTokens === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
}

/** Whether the server takes schemas, but not this one. */
function blamesSchema({ said }: ServerFailure): boolean {
  return /invalid schema|invalid_json_schema|grammar|keyword|pattern|\$ref/.test(said)
}

/** The greatest number below that the server names, or half. */
function fewerTexts(said: string, texts: number): number {
  const named = (said.match(/\d+/g) ?? []).map(Number).filter((number) => number > 0 && number < texts)
  return named.length > 0 ? Math.max(...named) : Math.ceil(texts / 2)
}

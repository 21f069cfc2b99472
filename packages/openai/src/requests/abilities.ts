import { hash } from 'node:crypto'

import type { JsonSchema } from '@skein/core/executor'

/** How an answer is made to fit a schema: by the server, by its JSON mode and words, or by words alone. */
export type SchemaMode = 'json_schema' | 'json_object' | 'words'

/** What a server accepts for a model. */
export interface Abilities {
  /** For all schemas. */
  readonly schemas: SchemaMode
  /** Whether it has a role for the system's messages. */
  readonly systemRole: boolean
  /** Whether it takes `stream_options`, by which a stream tells its usage. */
  readonly streamOptions: boolean
  /** The name of the maximum length of an answer. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** Whether it takes `prompt_cache_key`, or ignores it. */
  readonly cacheKey: boolean
  /** Whether it has to be told where the shared part of a prompt ends. */
  readonly cacheBreakpoints: boolean
  /** Whether vectors can be asked for in base64. */
  readonly base64: boolean
  /** Most texts in one request for vectors. */
  readonly mostTexts: number
}

/**
 * What is known of a server and a model. It begins as what most servers accept; what is refused
 * and then accepted in another form is kept as long as the process runs.
 */
export class AbilityTable {
  #abilities: Abilities
  /** Schemas that the server refuses, though it takes others. */
  readonly #modes = new Map<string, SchemaMode>()

  constructor(abilities: Abilities) {
    this.#abilities = abilities
  }

  /** @param schema - Of the request. */
  for(schema: JsonSchema | undefined): Abilities {
    const mode = schema && this.#modes.size > 0 ? this.#modes.get(digestOf(schema)) : undefined
    return mode === undefined ? this.#abilities : { ...this.#abilities, schemas: mode }
  }

  /** Keeps what has proven to be so. @param onlyFor - The schema to which its way to fit schemas applies. */
  learn({ schemas, ...learned }: Partial<Abilities>, onlyFor: JsonSchema | undefined): void {
    if (schemas && onlyFor && this.#modes.size < mostSchemas) this.#modes.set(digestOf(onlyFor), schemas)
    this.#abilities = { ...this.#abilities, ...learned, ...(schemas && !onlyFor && { schemas }) }
  }
}

const mostSchemas = 1_000

function digestOf(schema: JsonSchema): string {
  return hash('sha256', JSON.stringify(schema), 'base64url')
}

const tables = new Map<string, AbilityTable>()
const mostTables = 1_000

/** The table of a server and a model, one for the whole process (each thread finds out for itself). */
export function abilityTable(baseURL: string, model: string, initial: Abilities): AbilityTable {
  const key = JSON.stringify([baseURL, model, initial])
  const known = tables.get(key)
  if (known) return known
  const table = new AbilityTable(initial)
  if (tables.size >= mostTables) tables.clear()
  tables.set(key, table)
  return table
}

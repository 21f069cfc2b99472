import type { Label } from '@skein/memory/store'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { SharedPart } from '../prefixes/prompt-prefix.ts'
import type { ChatRequest, JsonSchema } from './chat.ts'
import type { CiteRequest, Passage } from './cite.ts'
import type { EmbedRequest } from './model.ts'
import { jsonSchemaOf } from './structured-output.ts'

/** A request to a model, with passages for it to read. */
export interface SharedChatRequest extends ChatRequest {
  /**
   * Go first, after the messages of the system, as quoted data. Text from the memory belongs here, and so does what
   * several calls read: as long as system messages, tools, schema and passages are the same, in the same order, a
   * provider's prompt cache has them.
   */
  readonly passages?: readonly Passage[]
}

/** A request whose answer must fit a schema. */
export interface ObjectRequest<Schema extends StandardSchemaV1> extends Omit<SharedChatRequest, 'schema'> {
  /** Any Standard Schema: zod, valibot, arktype … */
  readonly schema: Schema
  /** Name of the schema, which the model sees. @defaultValue 'answer' */
  readonly name?: string
  /** Required where the schema can't be converted to JSON Schema. */
  readonly jsonSchema?: JsonSchema
}

/** What a request does not say by itself. */
export interface AskContext {
  readonly label: Label
  /** What it shares with others, as far as that is known. */
  readonly shared: SharedPart | undefined
}

/** A request of any kind, of which the answer is shared. */
export type ShareableRequest = SharedChatRequest | ObjectRequest<StandardSchemaV1> | CiteRequest | EmbedRequest

/** A request for an object as one for a chat. @throws OptionError when the schema can't be converted to JSON Schema. */
export function plainRequest(request: ObjectRequest<StandardSchemaV1>): SharedChatRequest {
  const { schema, name = 'answer', jsonSchema = jsonSchemaOf(schema), ...rest } = request
  return { ...rest, schema: { name, schema: jsonSchema } }
}

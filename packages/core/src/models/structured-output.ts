import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { OptionError } from '@skein/memory'

import type { ChatMessage, ChatRequest, ChatResponse, JsonSchema } from './chat.ts'
import { ModelCallError } from './model-errors.ts'
import { fillIn } from './prompts.ts'

/** What a check found: a value as far as one can be made of the answer, and what is wrong with it. */
export interface Checked<Value> {
  readonly value?: Value
  /** By place; nothing of the answer itself. */
  readonly faults: readonly string[]
}

/** What became of a question for structured output. */
export interface Structured<Value, Outcome> extends Checked<Value> {
  /** The calls that it took: one, or two. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Asks for an answer of a certain form. A faulty one is sent back once, with its
 * faults named; what is wrong with the second is for the caller to judge.
 *
 * @throws ModelCallError when the model refuses; and what `ask` throws.
 */
export async function askInForm<Value, Outcome extends { readonly answer: ChatResponse }>(
  ask: (request: ChatRequest) => Promise<Outcome>,
  request: ChatRequest,
  check: (data: unknown) => Checked<Value> | Promise<Checked<Value>>,
  { model, repair }: { readonly model: string; readonly repair: string },
): Promise<Structured<Value, Outcome>> {
  const first = await ask(request)
  const checked = await checkAnswer(model, first.answer, check)
  if (checked.faults.length === 0) return { ...checked, outcomes: [first] }
  const faults = checked.faults.map((fault) => `- ${fault}`).join('\n')
  const messages: ChatMessage[] = [
    ...request.messages,
    { role: 'assistant', text: first.answer.text },
    { role: 'user', text: fillIn(repair, { faults }) },
  ]
  const second = await ask({ ...request, messages })
  return { ...(await checkAnswer(model, second.answer, check)), outcomes: [first, second] }
}

/** The JSON Schema of a Standard Schema. @throws OptionError when the schema can't tell it. */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema {
  const converter = (schema['~standard'] as Partial<StandardJSONSchemaV1.Props>).jsonSchema
  if (!converter) {
    const { vendor } = schema['~standard']
    throw new OptionError('jsonSchema', `given, since schemas of ${vendor} don't tell theirs`, undefined)
  }
  // What a model writes is the schema's input: defaults and conversions come after it.
  const { $schema: _, ...described } = converter.input({ target: 'draft-2020-12' })
  return closed(described) as JsonSchema
}

/** What a schema does not name a model shall not write; servers that hold it to the schema insist on that. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const parts = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  const isOpen = parts['type'] === 'object' && 'properties' in parts && !('additionalProperties' in parts)
  return isOpen ? { ...parts, additionalProperties: false } : parts
}

/** Checks data against a Standard Schema. */
export async function checkSchema<Schema extends StandardSchemaV1>(
  schema: Schema,
  data: unknown,
): Promise<Checked<StandardSchemaV1.InferOutput<Schema>>> {
  const result = await schema['~standard'].validate(data)
  if (result.issues) return { faults: result.issues.map(({ message, path = [] }) => `${placeOf(path)}: ${message}`) }
  return { value: result.value as StandardSchemaV1.InferOutput<Schema>, faults: [] }
}

async function checkAnswer<Value>(
  model: string,
  answer: ChatResponse,
  check: (data: unknown) => Checked<Value> | Promise<Checked<Value>>,
): Promise<Checked<Value>> {
  if (answer.finishReason === 'refused') throw new ModelCallError('SKEIN_MODEL_REFUSED', model)
  if (answer.finishReason === 'length') return { faults: ['$: the answer is too long and ends in the middle'] }
  try {
    return await check(JSON.parse(withoutFence(answer.text)))
  } catch (error) {
    if (error instanceof SyntaxError) return { faults: ['$: the answer is no JSON'] }
    throw error
  }
}

/** Servers that know no schemas have models that wrap JSON in Markdown. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([^]*?)\n```\s*$/.exec(text)?.[1] ?? text
}

function placeOf(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return `$${keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}

import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { OptionError } from '@skein/memory'

import type { ChatMessage, ChatRequest, ChatResponse, JsonSchema } from './chat.ts'
import { parseJsonIn } from './json-in-answer.ts'
import { ModelCallError } from './model-errors.ts'
import { fillIn } from './prompts.ts'

/** The result of a check: the usable value of an answer, and its faults. */
export interface Checked<Value> {
  readonly value?: Value
  /** By JSON path; they quote nothing from the answer. */
  readonly faults: readonly string[]
}

/** The result of a request for structured output. */
export interface Structured<Value, Outcome> extends Checked<Value> {
  /** The calls that were made: one or two. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Asks for an answer in a certain form. If it has faults, the model is asked once to
 * correct them; the caller judges faults of the second answer.
 *
 * @throws ModelCallError when the model refuses; what `ask` throws.
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
  const faults = checked.faults
    .slice(0, mostFaults)
    .map((fault) => `- ${inOneLine(fault)}`)
    .join('\n')
  const messages: ChatMessage[] = [
    ...request.messages,
    { role: 'assistant', text: first.answer.text },
    { role: 'user', text: fillIn(repair, { faults }) },
  ]
  const second = await ask({ ...request, messages })
  return { ...(await checkAnswer(model, second.answer, check)), outcomes: [first, second] }
}

/** A correction names no more: an answer full of faults must not make an endless question. */
const mostFaults = 20
const mostFaultChars = 300

/** A schema's messages may quote keys of the answer, whose words may come from a document. */
function inOneLine(fault: string): string {
  return fault
    .slice(0, mostFaultChars)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll('<', '‹')
    .toWellFormed()
}

/** Converts a Standard Schema to JSON Schema. @throws OptionError when its library can't. */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema {
  const converter = (schema['~standard'] as Partial<StandardJSONSchemaV1.Props>).jsonSchema
  if (!converter) {
    const { vendor } = schema['~standard']
    throw new OptionError(
      'jsonSchema',
      `set, because schemas of ${vendor} can't be converted to JSON Schema`,
      undefined,
    )
  }
  // The model writes the schema's input; defaults and conversions apply to it afterwards.
  const { $schema: _, ...described } = converter.input({ target: 'draft-2020-12' })
  return closed(described) as JsonSchema
}

/** Forbids properties that a schema does not name: servers that enforce schemas insist on it. */
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
  if (answer.finishReason === 'length') return { faults: ['$: the answer is too long and was cut off'] }
  try {
    return await check(parseJsonIn(answer.text))
  } catch (error) {
    if (error instanceof SyntaxError) return { faults: ['$: the answer is not JSON'] }
    throw error
  }
}

function placeOf(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return `$${keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}

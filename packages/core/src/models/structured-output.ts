import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { OptionError } from '@skein/memory'

import type { ChatMessage, ChatRequest, ChatResponse, JsonSchema } from './chat.ts'
import { parseJsonIn } from '../text/json-in-answer.ts'
import { ModelCallError } from './model-errors.ts'
import { fillIn } from './prompts.ts'
import { addUsage } from './usage.ts'

/** The result of a check: the usable value of an answer, and its faults. */
export interface Checked<Value> {
  readonly value?: Value
  /** By JSON path; they quote nothing from the answer. */
  readonly faults: readonly string[]
}

/** The form that an answer must have. */
export interface AnswerForm<Value> {
  readonly check: (data: unknown) => Checked<Value> | Promise<Checked<Value>>
  /** Why an answer can't be used even after it was corrected. */
  readonly failureOf: (checked: Checked<Value>) => ModelCallError | undefined
}

/** How an answer in a certain form is shared. */
export interface FormedCall {
  readonly accept: (answer: ChatResponse) => Promise<boolean>
  readonly finish: (
    first: ChatResponse,
    again: (request: ChatRequest) => Promise<ChatResponse>,
  ) => Promise<ChatResponse>
}

/** The result of a request for structured output. */
export interface Structured<Value, Outcome> extends Checked<Value> {
  readonly outcome: Outcome
}

/**
 * Asks for an answer in a certain form. If it has faults, the model is asked once to correct them. Both
 * calls are one shared work, whose result is the answer that counts; one that can't be used is no result.
 *
 * @throws ModelCallError when the model refuses, or its second answer can't be used; what `ask` throws.
 */
export async function askInForm<Value, Outcome extends { readonly answer: ChatResponse; readonly reused: boolean }>(
  ask: (request: ChatRequest, call: FormedCall) => Promise<Outcome>,
  request: ChatRequest,
  form: AnswerForm<Value>,
  { model, repair }: { readonly model: string; readonly repair: string },
): Promise<Structured<Value, Outcome>> {
  const read = new WeakMap<ChatResponse, Checked<Value>>()
  const checkedOf = async (answer: ChatResponse): Promise<Checked<Value>> => {
    const checked = read.get(answer) ?? (await checkAnswer(answer, form.check))
    read.set(answer, checked)
    return checked
  }
  const failureOf = async (answer: ChatResponse): Promise<ModelCallError | undefined> => {
    if (answer.finishReason === 'refused') return new ModelCallError('SKEIN_MODEL_REFUSED', model)
    return form.failureOf(await checkedOf(answer))
  }
  const call: FormedCall = {
    accept: async (answer) => (await failureOf(answer)) === undefined,
    finish: async (first, again) => {
      const { faults } = await checkedOf(first)
      if (faults.length === 0) return first
      if (first.finishReason === 'refused') throw new ModelCallError('SKEIN_MODEL_REFUSED', model)
      const second = await again(correction(request, first, faults, repair))
      const failure = await failureOf(second)
      if (failure) throw failure
      return { ...second, usage: addUsage([first.usage, second.usage]) }
    },
  }
  for (let joined = 0; ; joined += 1) {
    const outcome = await ask(request, call)
    const failure = await failureOf(outcome.answer)
    if (!failure) return { ...(await checkedOf(outcome.answer)), outcome }
    // The answer of somebody whose check asked for less.
    if (!outcome.reused || joined > 0) throw failure
  }
}

function correction(
  request: ChatRequest,
  { text }: ChatResponse,
  faults: readonly string[],
  repair: string,
): ChatRequest {
  const listed = faults
    .slice(0, mostFaults)
    .map((fault) => `- ${inOneLine(fault)}`)
    .join('\n')
  const turn: ChatMessage[] = [
    { role: 'assistant', text },
    { role: 'user', text: fillIn(repair, { faults: listed }) },
  ]
  return { ...request, messages: [...request.messages, ...turn] }
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
  { text, finishReason }: ChatResponse,
  check: AnswerForm<Value>['check'],
): Promise<Checked<Value>> {
  if (finishReason === 'refused') return { faults: ['$: the model refused'] }
  if (finishReason === 'length') return { faults: ['$: the answer is too long and was cut off'] }
  const json = readJson(text)
  return json ? check(json.data) : { faults: ['$: the answer is not JSON'] }
}

/** The data of an answer in JSON; `undefined` if it is none. */
export function readJson(text: string): { readonly data: unknown } | undefined {
  try {
    return { data: parseJsonIn(text) }
  } catch {
    return undefined
  }
}

function placeOf(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return `$${keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}

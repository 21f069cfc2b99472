import { fromJsonSchema } from '@modelcontextprotocol/server'
import type {
  CallToolResult,
  InputRequiredResult,
  JsonSchemaType,
  ServerContext,
  Tool,
} from '@modelcontextprotocol/server'
import { OptionError, SkeinError, StoreError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { Session } from '../session/session.ts'
import { erases, reads } from './schema.ts'
import type { ObjectSchema } from './schema.ts'

/** What a tool gets beside its arguments. */
export interface ToolContext {
  readonly session: Session
  readonly request: ServerContext['mcpReq']
  /** Whether the client can ask its user something. */
  readonly canElicit: boolean
}

/** What a tool answers: structured content, or a question to the user of the client. */
export type ToolAnswer = object | InputRequiredResult

/** A tool of the server. */
export interface MemoryTool {
  readonly definition: Tool
  /** What clients get that take no structured content. */
  readonly textOf: (content: object) => readonly string[]
  run(args: unknown, context: ToolContext): Promise<ToolAnswer>
}

/** What {@link defineTool} makes a tool of. */
export interface ToolInput<Args> extends Omit<Tool, 'inputSchema' | 'outputSchema'> {
  readonly input: ObjectSchema
  readonly output: ObjectSchema
  /** @defaultValue the structured content as JSON */
  readonly textOf?: (content: object) => readonly string[]
  readonly run: (args: Args, context: ToolContext) => Promise<ToolAnswer>
}

/** Makes a tool that checks its arguments against their schema first, and takes them from the quota if it writes. */
export function defineTool<Args extends object>({ input, output, run, textOf, ...rest }: ToolInput<Args>): MemoryTool {
  const kinds = Object.fromEntries(
    Object.keys(input.properties ?? {}).map((name) => [name, 'any']),
  ) as OptionKinds<object>
  const schema = fromJsonSchema<Args>(input as JsonSchemaType)
  const definition: Tool = { ...rest, inputSchema: input, outputSchema: output }
  return {
    definition,
    textOf: textOf ?? ((content) => [JSON.stringify(content)]),
    run: async (given, context) => {
      // Names the parameter that was meant, as the schema could not.
      const args = requireOptions(rest.name, (given ?? {}) as object, kinds)
      const checked = await schema['~standard'].validate(args)
      if (checked.issues) throw new OptionError('arguments', checked.issues.map(({ message }) => message).join('; '))
      if (rest.annotations !== reads && rest.annotations !== erases) await context.session.spend(args)
      return run(checked.value, context)
    },
  }
}

/** What a client gets: the structured content, and the same as text for clients that know no other. */
export function resultOf({ textOf }: MemoryTool, content: object): CallToolResult {
  return {
    content: textOf(content).map((text) => ({ type: 'text', text })),
    structuredContent: content as Record<string, unknown>,
  }
}

/**
 * What a client gets instead when a tool fails: a sentence that says what to do.
 *
 * @returns `undefined` for an error that isn't for clients.
 */
export function refusalOf(error: unknown): CallToolResult | undefined {
  const text = textForClients(error)
  return text === undefined ? undefined : { isError: true, content: [{ type: 'text', text }] }
}

/** What a client is told of an error; `undefined` for one that isn't for clients: stores may name files and hosts. */
export function textForClients(error: unknown): string | undefined {
  if (!(error instanceof SkeinError) || error instanceof StoreError) return undefined
  return `${error.code}: ${error.message}`
}

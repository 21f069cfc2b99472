import type { JSONObject, Tool, ToolAnnotations } from '@modelcontextprotocol/server'

/** The schema of an object, as definitions of tools have it. */
export type ObjectSchema = Tool['inputSchema']

/** Parts of schemas, as short as they can be: every client sends all definitions to its model, again and again. */
export const string: JSONObject = { type: 'string' }
/** Of what the description or the name says enough. */
export const any: JSONObject = {}
export const integer: JSONObject = { type: 'integer' }
export const boolean: JSONObject = { type: 'boolean' }
export const array: JSONObject = { type: 'array' }
export const strings: JSONObject = { type: 'array', items: string }

/** The schema of an object. A name with `!` at its end is required. */
export function object(properties: Readonly<Record<string, JSONObject>>): ObjectSchema {
  const required = Object.keys(properties).filter((name) => name.endsWith('!'))
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name.replace('!', ''), schema])),
    ...(required.length > 0 && { required: required.map((name) => name.slice(0, -1)) }),
  }
}

/** Hints of a tool that only reads. */
export const reads: ToolAnnotations = { readOnlyHint: true }
/** Hints of a tool that adds. */
export const adds: ToolAnnotations = { destructiveHint: false }
/** Hints of a tool that changes what there is. */
export const changes: ToolAnnotations = { destructiveHint: true }
/** Hints of a tool that only erases, for which nobody needs a quota. */
export const erases: ToolAnnotations = { destructiveHint: true }

import { fieldsOf, listOf } from '../wire/json-values.ts'
import type { Fields } from '../wire/json-values.ts'

/**
 * Whether OpenAI enforces a schema. It rejects others with `strict`: the root has to be an object;
 * every object has to be closed and require all its properties; every part has to say what it
 * accepts, in keywords of this list alone.
 *
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function isStrict(schema: unknown): boolean {
  const isShort = JSON.stringify(schema).length <= mostChars
  return isShort && isObjectSchema(schema) && isStrictPart(schema, 1, { properties: 0, enums: 0 })
}

/** Whether the root of a schema is an object, as OpenAI requires of every schema. */
export function isObjectSchema(schema: unknown): boolean {
  return fieldsOf(schema)['type'] === 'object'
}

const keywords = wordsOf(
  'type properties required additionalProperties items anyOf enum const $ref $defs definitions $schema title ' +
    'description pattern format multipleOf maximum minimum exclusiveMaximum exclusiveMinimum minItems maxItems',
)
const formats = wordsOf('date-time time date duration email hostname ipv4 ipv6 uuid')
const mostLevels = 10
const mostProperties = 5_000
const mostEnums = 1_000
const mostChars = 120_000

interface Count {
  properties: number
  enums: number
}

function isStrictPart(part: unknown, level: number, count: Count): boolean {
  const schema = fieldsOf(part)
  const names = Object.keys(schema)
  const saysWhat = ['type', 'anyOf', 'enum', 'const', '$ref'].some((name) => name in schema)
  if (!saysWhat || !names.every((name) => keywords.has(name)) || level > mostLevels) return false
  // A reference stands alone.
  if ('$ref' in schema) return names.length === 1
  count.enums += listOf(schema['enum']).length
  if (count.enums > mostEnums || !hasKnownText(schema)) return false
  const types = new Set([schema['type']].flat())
  if (types.has('object') && !isClosed(schema, count)) return false
  if (types.has('array') && !('items' in schema)) return false
  const below = [...Object.values(fieldsOf(schema['properties'])), ...('items' in schema ? [schema['items']] : [])].map(
    (inner) => [inner, level + 1] as const,
  )
  const beside = [
    ...listOf(schema['anyOf']),
    ...Object.values(fieldsOf(schema['$defs'])),
    ...Object.values(fieldsOf(schema['definitions'])),
  ].map((inner) => [inner, level] as const)
  return [...below, ...beside].every(([inner, at]) => isStrictPart(inner, at, count))
}

function isClosed({ properties, required, additionalProperties }: Fields, count: Count): boolean {
  const names = Object.keys(fieldsOf(properties))
  count.properties += names.length
  const all = names.every((name) => listOf(required).includes(name))
  return additionalProperties === false && all && count.properties <= mostProperties
}

/** Of formats, a few are enforced; of patterns, those that do not look around. */
function hasKnownText({ format, pattern }: Fields): boolean {
  if (format !== undefined && !(typeof format === 'string' && formats.has(format))) return false
  return typeof pattern !== 'string' || !/\(\?[=!<]/.test(pattern)
}

function wordsOf(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}

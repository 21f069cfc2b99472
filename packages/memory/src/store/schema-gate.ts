import type { StandardSchemaV1 } from '@standard-schema/spec'

import { SchemaError } from '../values/errors.ts'
import { forward } from './forward.ts'
import { decodeJson } from '../values/json.ts'
import type { Store } from './store.ts'

/**
 * Schemas for values, by prefix of `collection/id`, such as `facts/prospect/` or
 * `observations/`. If several prefixes match, the longest wins.
 */
export type Schemas = Readonly<Record<string, StandardSchemaV1>>

/**
 * Rejects writes whose value does not match its schema. The opening thread wraps
 * its store in this gate, so it applies to the writes of all threads.
 *
 * The gate validates but never changes a value: it ignores what a schema would
 * convert the value to.
 */
export function gateSchemas(store: Store, schemas: Schemas): Store {
  const prefixes = Object.keys(schemas).toSorted((a, b) => b.length - a.length)
  if (prefixes.length === 0) return store
  return {
    ...forward(store),
    write: async (batch) => {
      for (const mutation of batch) {
        if (mutation.type !== 'set') continue
        const name = `${mutation.key.collection}/${mutation.key.id}`
        const prefix = prefixes.find((candidate) => name.startsWith(candidate))
        if (prefix !== undefined) await validate(schemas[prefix] as StandardSchemaV1, name, mutation.value)
      }
      return store.write(batch)
    },
  }
}

async function validate(schema: StandardSchemaV1, name: string, value: string): Promise<void> {
  const { issues } = await schema['~standard'].validate(decodeJson(value))
  if (!issues) return
  throw new SchemaError(
    name,
    issues.map(({ message, path = [] }) => ({ message, path: pathOf(path) })),
  )
}

function pathOf(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return `$${keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}

import type { Entity, Relation } from '../compat/graph.ts'
import { jsonLines } from './json-lines.ts'
import { hasStrings } from './parsed-import.ts'
import type { Found, Placed } from './parsed-import.ts'

/** Reads the file of the official memory server, line by line. */
export function parseGraph(text: string): readonly Placed[] {
  return jsonLines(text).map(({ place, value }) => ({ place, ...foundIn(value) }))
}

function foundIn(value: unknown): Found {
  if (isEntity(value)) {
    const { name, entityType, observations } = value
    return { entity: { name, entityType, observations } }
  }
  if (isRelation(value)) return { relation: { from: value.from, to: value.to, relationType: value.relationType } }
  return { problem: 'neither an entity nor a relation' }
}

function isEntity(item: unknown): item is Entity {
  if (!hasStrings(item, ['type', 'name', 'entityType']) || item.type !== 'entity' || item.name === '') return false
  const { observations } = item as { readonly observations?: unknown }
  return Array.isArray(observations) && observations.every((one) => typeof one === 'string')
}

function isRelation(item: unknown): item is Relation {
  return hasStrings(item, ['type', 'from', 'to', 'relationType']) && item.type === 'relation'
}

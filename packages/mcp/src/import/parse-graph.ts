import type { Entity, Relation } from '../compat/graph.ts'
import { hasStrings } from './parsed-import.ts'
import type { ParsedImport } from './parsed-import.ts'

/** Reads the file of the official memory server. A line that is broken is skipped, and named. */
export function parseGraph(text: string): ParsedImport {
  const entities: Entity[] = []
  const relations: Relation[] = []
  const skipped: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const item = parseLine(line)
    if (isEntity(item)) entities.push({ name: item.name, entityType: item.entityType, observations: item.observations })
    else if (isRelation(item)) relations.push({ from: item.from, to: item.to, relationType: item.relationType })
    else skipped.push(`line ${index + 1}: neither an entity nor a relation`)
  }
  return { graph: { entities, relations }, notes: [], skipped }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isEntity(item: unknown): item is Entity {
  if (!hasStrings(item, ['type', 'name', 'entityType']) || item.type !== 'entity' || item.name === '') return false
  const { observations } = item as { readonly observations?: unknown }
  return Array.isArray(observations) && observations.every((one) => typeof one === 'string')
}

function isRelation(item: unknown): item is Relation {
  return hasStrings(item, ['type', 'from', 'to', 'relationType']) && item.type === 'relation'
}

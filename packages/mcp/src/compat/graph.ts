/** An entity of the official memory server's graph. */
export interface Entity {
  readonly name: string
  readonly entityType: string
  readonly observations: readonly string[]
}

/** A relation of the official memory server's graph. */
export interface Relation {
  readonly from: string
  readonly to: string
  readonly relationType: string
}

/** A knowledge graph, or a part of one. */
export interface Graph {
  readonly entities: readonly Entity[]
  readonly relations: readonly Relation[]
}

/** The part that concerns some entities: they, and the relations with one of them at an end. */
export function partAround({ relations }: Graph, entities: readonly Entity[]): Graph {
  const names = new Set(entities.map(({ name }) => name))
  return { entities, relations: relations.filter(({ from, to }) => names.has(from) || names.has(to)) }
}

/** Whether an entity has a text in its name, its type or an observation, in any case. */
export function matches({ name, entityType, observations }: Entity, query: string): boolean {
  const wanted = query.toLowerCase()
  return [name, entityType, ...observations].some((text) => text.toLowerCase().includes(wanted))
}

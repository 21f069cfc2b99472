import { hash } from 'node:crypto'

import { OptionError, VersionConflictError } from '@skein/memory'
import type { Level, View } from '@skein/memory'

import type { Entity, Graph, Relation } from './graph.ts'

/** What the fact of an entity holds; the name is in it, since a long one does not fit a key. */
type EntityValue = Entity

/** The keys of all facts of a graph begin so. */
export const graphPrefix = 'graph/'

const entityTag = 'graph-entity'
const relationTag = 'graph-relation'

/**
 * The graph of the official memory server as facts: one for each entity, one for each relation. A fact changes by
 * compare-and-set, so nothing is lost when many write at once, and has a label, an author and versions.
 */
export class GraphFacts {
  readonly #view: View
  readonly #sensitivity: Level

  /** @param sensitivity - Of what is created. */
  constructor(view: View, sensitivity: Level = 'public') {
    this.#view = view
    this.#sensitivity = sensitivity
  }

  /** @returns those that were new. An entity with a known name stays as it is. */
  async createEntities(entities: readonly Entity[]): Promise<readonly Entity[]> {
    const created: Entity[] = []
    for (const { name, entityType, observations } of entities) {
      const entity = { name, entityType, observations }
      if (await this.#create(entityKey(name), entity, entityTag)) created.push(entity)
    }
    return created
  }

  /** Creates an entity, or adds its observations to the one with its name. @returns whether anything was new. */
  async merge(entity: Entity): Promise<boolean> {
    const [created] = await this.createEntities([entity])
    return created !== undefined || (await this.addObservations(entity.name, entity.observations)).length > 0
  }

  /** @returns those that were new. */
  async createRelations(relations: readonly Relation[]): Promise<readonly Relation[]> {
    const created: Relation[] = []
    for (const { from, to, relationType } of relations) {
      const relation = { from, to, relationType }
      if (await this.#create(relationKey(relation), relation, relationTag)) created.push(relation)
    }
    return created
  }

  /** @throws OptionError when there is no such entity that this client can see. */
  async requireEntity(name: string): Promise<void> {
    if (!(await this.#view.facts.read(entityKey(name)))) throw unknownEntity(name)
  }

  /** @returns the observations that the entity did not have. @throws OptionError */
  async addObservations(name: string, contents: readonly string[]): Promise<readonly string[]> {
    let added: readonly string[] = []
    await this.#change(name, (entity) => {
      if (!entity) throw unknownEntity(name)
      added = contents.filter((content) => !entity.observations.includes(content))
      return { ...entity, observations: [...entity.observations, ...added] }
    })
    return added
  }

  /** Removes entities, and the relations with one of them at an end. */
  async deleteEntities(names: readonly string[]): Promise<void> {
    const { relations } = await this.read()
    await this.deleteRelations(relations.filter(({ from, to }) => names.includes(from) || names.includes(to)))
    for (const name of names) await this.#delete(entityKey(name))
  }

  /** Removes observations. An unknown entity, or one without them, stays as it is. */
  async deleteObservations(name: string, contents: readonly string[]): Promise<void> {
    const known = await this.#view.facts.read<EntityValue>(entityKey(name))
    if (!known?.value.observations.some((content) => contents.includes(content))) return
    await this.#change(name, (entity) => {
      if (!entity) throw unknownEntity(name)
      return { ...entity, observations: entity.observations.filter((content) => !contents.includes(content)) }
    })
  }

  async deleteRelations(relations: readonly Relation[]): Promise<void> {
    for (const relation of relations) await this.#delete(relationKey(relation))
  }

  /** All that this client can see, oldest first. */
  async read(): Promise<Graph> {
    const [entities, relations] = await Promise.all([this.#all<Entity>(entityTag), this.#all<Relation>(relationTag)])
    return { entities, relations }
  }

  async #all<Value>(tag: string): Promise<readonly Value[]> {
    const found: { readonly value: Value; readonly createdAt: number; readonly seq: number }[] = []
    let cursor: string | undefined
    do {
      const filter = { collection: 'facts', tags: [tag], limit: 1_000 } as const
      const page = await this.#view.records.list(cursor === undefined ? filter : { ...filter, cursor })
      found.push(...page.items.map(({ value, createdAt, seq }) => ({ value: value as Value, createdAt, seq })))
      cursor = page.cursor
    } while (cursor !== undefined)
    return found.toSorted((a, b) => a.createdAt - b.createdAt || a.seq - b.seq).map(({ value }) => value)
  }

  async #create(key: string, value: object, tag: string): Promise<boolean> {
    try {
      await this.#view.facts.set(key, value, { ifVersion: 0, tags: [tag], sensitivity: this.#sensitivity })
      return true
    } catch (error) {
      if (error instanceof VersionConflictError) return false
      throw error
    }
  }

  async #change(name: string, change: (entity: EntityValue | undefined) => EntityValue): Promise<void> {
    await this.#view.facts.update<EntityValue>(entityKey(name), change)
  }

  async #delete(key: string): Promise<void> {
    const fact = await this.#view.facts.read(key)
    // One that this client can't see stays.
    if (fact) await this.#view.facts.delete(key)
  }
}

/** In the words of the official server, which clients may know. */
function unknownEntity(name: string): OptionError {
  return new OptionError('entityName', `Entity with name ${name} not found`)
}

function entityKey(name: string): string {
  return `${graphPrefix}entity/${short(name)}`
}

function relationKey({ from, to, relationType }: Relation): string {
  return `${graphPrefix}relation/${short(JSON.stringify([from, relationType, to]))}`
}

/** A name that fits a key, whatever its length. */
function short(name: string): string {
  return name.length <= 200 ? name : `${name.slice(0, 100)}…${hash('sha256', name, 'hex')}`
}

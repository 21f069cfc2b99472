import { hash } from 'node:crypto'

import { OptionError, VersionConflictError } from '@skein/memory'
import type { Level, View } from '@skein/memory'
import { allFacts } from '@skein/memory/runtime'

import type { Entity, Graph, Relation } from './graph.ts'

/** What a fact of the graph holds; names are in it, since a long one does not fit a key. */
type Stored<Item> = Item & {
  /** The store's time in milliseconds; of those that one process made, each is later than the one before. */
  readonly madeAt: number
}

/** The keys of all facts of a graph begin so. */
export const graphPrefix = 'graph/'

const entityPrefix = `${graphPrefix}entity/`
const relationPrefix = `${graphPrefix}relation/`

let lastMadeAt = 0

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
      if (await this.#create(entityKey(name), entity)) created.push(entity)
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
      if (await this.#create(relationKey(relation), relation)) created.push(relation)
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
    const known = await this.#view.facts.read<Entity>(entityKey(name))
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
    const [entities, relations] = await Promise.all([
      this.#all<Entity>(entityPrefix),
      this.#all<Relation>(relationPrefix),
    ])
    return {
      entities: entities.map(({ name, entityType, observations }) => ({ name, entityType, observations })),
      relations: relations.map(({ from, to, relationType }) => ({ from, to, relationType })),
    }
  }

  async #all<Item>(prefix: string): Promise<readonly Stored<Item>[]> {
    const found = await Array.fromAsync(allFacts<Stored<Item>>(this.#view.facts, { prefix }), ({ value }) => value)
    return found.toSorted((a, b) => a.madeAt - b.madeAt)
  }

  async #create(key: string, item: Entity | Relation): Promise<boolean> {
    lastMadeAt = Math.max(this.#view.now(), lastMadeAt + 0.001)
    const value: Stored<Entity | Relation> = { ...item, madeAt: lastMadeAt }
    try {
      await this.#view.facts.set(key, value, { ifVersion: 0, sensitivity: this.#sensitivity })
      return true
    } catch (error) {
      if (error instanceof VersionConflictError) return false
      throw error
    }
  }

  async #change(name: string, change: (entity: Entity | undefined) => Entity): Promise<void> {
    await this.#view.facts.update<Entity>(entityKey(name), change)
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
  return entityPrefix + short(name)
}

function relationKey({ from, to, relationType }: Relation): string {
  return relationPrefix + short(JSON.stringify([from, relationType, to]))
}

/** A name that fits a key, whatever its length. */
function short(name: string): string {
  return name.length <= 200 ? name : `${name.slice(0, 100)}…${hash('sha256', name, 'hex')}`
}

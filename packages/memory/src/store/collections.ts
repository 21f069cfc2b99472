/**
 * What may be said of a kind of record:
 *
 * - `journal`: entries are written once, under an id of their own, and listed by their author.
 * - `keyed`: records are found by a key, and may be written again.
 * - `searchable`: records carry terms by which search finds them.
 * - `shared`: other nodes of a federation may get them; the rest belongs to the agents of one node.
 * - `packaged`: a package for a person holds those of its task.
 * - `shown`: agents or people write them, so watchers, the audit and those who look on see them. The
 *   others are what the memory writes for itself.
 * - `sealed`: values are sealed where their label demands it.
 * - `derived`: records can be made from objects.
 * - `forgettable`: they hold what somebody may ask to have forgotten, not merely who did what and when.
 * - `history`: values replace each other, so that earlier ones are worth keeping.
 */
export type CollectionTrait =
  | 'journal'
  | 'keyed'
  | 'searchable'
  | 'shared'
  | 'packaged'
  | 'shown'
  | 'sealed'
  | 'derived'
  | 'forgettable'
  | 'history'

/**
 * Every kind of record with all that has to be known about it, in the order in
 * which people are shown them. Stores, search, federation, packages for people,
 * commands and the dashboard ask this table; none keeps a list of its own.
 */
export const collections = {
  facts: ['keyed', 'shared', 'packaged', 'shown', 'sealed', 'derived', 'forgettable', 'history'],
  observations: ['journal', 'searchable', 'shared', 'packaged', 'shown', 'sealed', 'derived', 'forgettable'],
  decisions: ['journal', 'searchable', 'shared', 'packaged', 'shown', 'sealed', 'derived', 'forgettable'],
  learnings: ['journal', 'searchable', 'shared', 'packaged', 'shown', 'sealed', 'derived', 'forgettable'],
  alerts: ['keyed', 'shared', 'shown', 'sealed', 'derived', 'forgettable'],
  claims: ['keyed', 'shown', 'sealed'],
  escalations: ['keyed', 'shown', 'sealed', 'derived', 'forgettable'],
  objects: ['keyed', 'shared', 'packaged', 'shown', 'sealed', 'derived', 'forgettable'],
  work: ['keyed', 'shown', 'sealed', 'derived', 'forgettable'],
  agents: ['keyed', 'shown', 'sealed', 'forgettable'],
  messages: ['keyed', 'shown', 'sealed', 'forgettable'],
  ledger: ['keyed', 'sealed'],
  audit: ['keyed', 'sealed'],
  settings: ['keyed'],
  federation: ['keyed', 'sealed'],
} as const

/** A kind of record. */
export type Collection = keyof typeof collections

/** The kinds of record of which something may be said. */
export type CollectionWith<Trait extends CollectionTrait> = {
  [Name in Collection]: Trait extends (typeof collections)[Name][number] ? Name : never
}[Collection]

const traitsOf: ReadonlyMap<string, ReadonlySet<CollectionTrait>> = new Map(
  Object.entries(collections).map(([name, traits]) => [name, new Set(traits)]),
)

/** Whether something may be said of a kind of record; of an unknown one nothing may. */
export function hasTrait<Trait extends CollectionTrait>(
  collection: Collection,
  trait: Trait,
): collection is CollectionWith<Trait> {
  return traitsOf.get(collection)?.has(trait) ?? false
}

/** The kinds of record of which something may be said, in the order of the table. */
export function collectionsWith<Trait extends CollectionTrait>(trait: Trait): readonly CollectionWith<Trait>[] {
  return (Object.keys(collections) as Collection[]).filter((name) => hasTrait(name, trait))
}

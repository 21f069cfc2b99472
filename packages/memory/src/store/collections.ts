/**
 * A property of a collection:
 *
 * - `journal`: entries are written once, under generated ids, and can be listed by author.
 * - `keyed`: records have a key chosen by the writer and can be overwritten.
 * - `searchable`: records are indexed for full-text search.
 * - `shared`: federation may replicate records to other nodes. Other collections stay on their node.
 * - `packaged`: an escalation package includes the records of its task.
 * - `shown`: agents or people write the records, so watchers, the audit and the dashboard show them.
 *   The memory writes the other collections for itself.
 * - `sealed`: values are encrypted if their label requires it.
 * - `derived`: records can be derived from objects.
 * - `forgettable`: records hold content that somebody may ask to erase, not only who did what and when.
 * - `leased`: records are leases, whose versions are fences that users pass on.
 * - `identified`: records have ids that are never used twice, in no other collection either.
 * - `correctable`: records can be retracted or superseded.
 * - `named`: records can be listed by their keys. (Those of the other collections a store lists one by one.)
 * - `cached`: threads keep copies of records.
 * - `governing`: records say what else is there, or has to stay: each thread looks again when one of them changes.
 * - `history`: new values replace old ones, and the old ones are worth keeping.
 * - `recalled`: stores keep the versions that were replaced, so that the memory can be read as it was.
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
  | 'leased'
  | 'identified'
  | 'correctable'
  | 'named'
  | 'cached'
  | 'governing'
  | 'history'
  | 'recalled'

/**
 * Every collection with its traits, in display order. Stores, search, federation,
 * escalation packages, commands and the dashboard all use this table, and none
 * keeps its own list.
 */
export const collections = {
  facts: [
    'keyed',
    'shared',
    'packaged',
    'shown',
    'sealed',
    'derived',
    'forgettable',
    'named',
    'cached',
    'history',
    'recalled',
  ],
  observations: [
    'journal',
    'searchable',
    'shared',
    'packaged',
    'shown',
    'sealed',
    'derived',
    'forgettable',
    'identified',
    'correctable',
  ],
  decisions: [
    'journal',
    'searchable',
    'shared',
    'packaged',
    'shown',
    'sealed',
    'derived',
    'forgettable',
    'identified',
    'correctable',
  ],
  learnings: [
    'journal',
    'searchable',
    'shared',
    'packaged',
    'shown',
    'sealed',
    'derived',
    'forgettable',
    'identified',
    'correctable',
  ],
  alerts: ['keyed', 'shared', 'shown', 'sealed', 'derived', 'forgettable', 'identified'],
  claims: ['keyed', 'shown', 'sealed', 'leased'],
  escalations: ['keyed', 'shown', 'sealed', 'derived', 'forgettable', 'identified', 'recalled'],
  objects: [
    'keyed',
    'shared',
    'packaged',
    'shown',
    'sealed',
    'derived',
    'forgettable',
    'correctable',
    'named',
    'cached',
  ],
  work: ['keyed', 'shown', 'sealed', 'derived', 'forgettable', 'cached'],
  agents: ['keyed', 'shown', 'sealed', 'forgettable'],
  messages: ['keyed', 'shown', 'sealed', 'forgettable'],
  corrections: ['keyed', 'shared', 'shown', 'sealed', 'derived', 'forgettable'],
  erasures: ['keyed', 'shown', 'sealed', 'governing'],
  holds: ['keyed', 'shown', 'sealed', 'governing'],
  ledger: ['keyed', 'sealed'],
  audit: ['keyed', 'sealed'],
  settings: ['keyed', 'sealed', 'cached'],
  vectors: ['keyed', 'sealed'],
  federation: ['keyed', 'sealed'],
} as const

/** A kind of record. */
export type Collection = keyof typeof collections

/** The names of the collections that have a trait. */
export type CollectionWith<Trait extends CollectionTrait> = {
  [Name in Collection]: Trait extends (typeof collections)[Name][number] ? Name : never
}[Collection]

const traitsOf: ReadonlyMap<string, ReadonlySet<CollectionTrait>> = new Map(
  Object.entries(collections).map(([name, traits]) => [name, new Set(traits)]),
)

/** Whether a collection has a trait. An unknown collection has none. */
export function hasTrait<Trait extends CollectionTrait>(
  collection: Collection,
  trait: Trait,
): collection is CollectionWith<Trait> {
  return traitsOf.get(collection)?.has(trait) ?? false
}

/** Lists the collections that have a trait, in the order of {@link collections}. */
export function collectionsWith<Trait extends CollectionTrait>(trait: Trait): readonly CollectionWith<Trait>[] {
  return (Object.keys(collections) as Collection[]).filter((name) => hasTrait(name, trait))
}

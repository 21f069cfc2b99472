import { covers, joinLabels, labelText, publicLabel, requireCompartments, requireLevel } from '../values/access.ts'
import type { Label, Level } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { OptionError } from '../values/errors.ts'
import { hiddenSource } from '../store/source-name.ts'
import { requireStrings } from '../values/require-option.ts'
import type { Marked, OwnMutation, Shown } from '../space/shown.ts'
import type { Written } from '../store/mutation.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** The new, lower label of a record, and the reason for it: see `Facts.declassify`. */
export interface DeclassifyOptions {
  /** @defaultValue 'public' */
  readonly sensitivity?: Level
  /**
   * The compartments that it remains in.
   *
   * @defaultValue none
   */
  readonly compartments?: readonly string[]
  /** The audit keeps it for as long as the memory exists. */
  readonly reason: string
}

const kinds: OptionKinds<DeclassifyOptions> = { sensitivity: 'any', compartments: 'any', reason: 'any' }

type DeclassifiedSet = Extract<OwnMutation, { type: 'set' }>

/** @throws OptionError when it is not a valid label. */
export function declassifiedLabel(options: DeclassifyOptions): Label {
  const { sensitivity = 'public', compartments = [] } = requireOptions('declassify', options, kinds)
  requireLevel('sensitivity', sensitivity)
  requireCompartments('compartments', compartments)
  return { sensitivity, compartments: [...new Set(compartments)].toSorted() }
}

/**
 * Writes the content of a record under a lower label, and an audit entry with who
 * did it and why, in one atom.
 *
 * @param record - A record that the actor has read.
 * @param make - Makes the write from the new record's metadata, once it is sure that the actor may do this.
 * @throws AccessError without the right `declassify`; OptionError when the new
 * label is not below the old one; VersionConflictError
 */
export async function declassify(
  actor: Actor,
  record: Shown,
  options: DeclassifyOptions,
  make: (meta: Marked) => DeclassifiedSet | Promise<DeclassifiedSet>,
): Promise<Shown> {
  actor.requireRight('declassify', 'declassify', record, record)
  const label = declassifiedLabel(options)
  const { reason } = options
  requireStrings('reason', [reason])
  const before = { level: record.sensitivity, compartments: record.compartments }
  const after = { level: label.sensitivity, compartments: label.compartments }
  if (!covers(before, label) || covers(after, record)) {
    throw new OptionError('sensitivity', `a label below ${labelText(before)}`, labelText(after))
  }
  const { id: author } = actor.principal
  const { collection, id, task, tags, importance } = record
  // Their names may be as sensitive as the record was.
  const derivedFrom = record.derivedFrom.map(hiddenSource)
  const mutation = await make(actor.lower(record, { author, task, tags, importance, derivedFrom, ...label }))
  const why = `${reason} (from ${labelText(before)} to ${labelText(after)})`
  const noted = { agent: author, action: 'declassify', outcome: 'hit', collection, reason: why } as const
  // The entry names the record, and its reason is as sensitive as what its author has read.
  const group = { ...noted, ...joinLabels([record, actor.scope?.label ?? publicLabel]), ids: [[id, 1]] as const }
  const [written] = await actor.write([mutation, actor.audited([group])])
  return actor.wrote(mutation.key, mutation.value, mutation.meta, written as Written)
}

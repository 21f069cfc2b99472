import { covers, labelText, requireLevel } from '../values/access.ts'
import type { Label, Level } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { auditMutation } from '../audit/audit-log.ts'
import { OptionError } from '../values/errors.ts'
import { requireStrings } from '../values/require-option.ts'
import { writeAll } from '../space/space.ts'
import type { Space } from '../space/space.ts'
import type { SetMutation, Written } from '../store/mutation.ts'
import type { RecordMeta, StoredRecord } from '../store/record.ts'

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

/** @throws OptionError when it is not a valid label. */
export function declassifiedLabel({ sensitivity = 'public', compartments = [] }: DeclassifyOptions): Label {
  requireLevel('sensitivity', sensitivity)
  requireStrings('compartments', compartments)
  return { sensitivity, compartments: [...new Set(compartments)].toSorted() }
}

/**
 * Writes the content of a record under a lower label, and an audit entry with who
 * did it and why, in one atom.
 *
 * @param record - A record that the actor has read.
 * @param make - Makes the write from the new record's metadata.
 * @throws AccessError without the right `declassify`; OptionError when the new
 * label is not below the old one; VersionConflictError
 */
export async function declassify(
  space: Space,
  actor: Actor,
  record: StoredRecord,
  options: DeclassifyOptions,
  make: (meta: RecordMeta) => SetMutation,
): Promise<{ readonly meta: RecordMeta; readonly written: Written }> {
  actor.requireRight('declassify', 'declassify', record)
  const { reason } = options
  requireStrings('reason', [reason])
  const label = declassifiedLabel(options)
  const { sensitivity, compartments } = label
  const before = { level: record.sensitivity, compartments: record.compartments }
  const isLower = covers(before, label) && !covers({ level: sensitivity, compartments }, record)
  if (!isLower) {
    throw new OptionError(
      'sensitivity',
      `a label below ${labelText(before)}`,
      labelText({ ...label, level: sensitivity }),
    )
  }
  const { id: author } = actor.principal
  const { task, tags, importance, derivedFrom } = record
  const meta: RecordMeta = { author, task, tags, importance, derivedFrom, ...label }
  const { collection, id, sensitivity: from } = record
  const why = `${reason} (from ${labelText(before)} to ${labelText({ ...label, level: sensitivity })})`
  const noted = { agent: author, action: 'declassify', outcome: 'hit', collection, reason: why } as const
  // The entry names the record, so it is as sensitive as the record was.
  const groups = [{ ...noted, sensitivity: from, compartments: record.compartments, ids: [[id, 1]] as const }]
  const [written] = await writeAll(space, actor, [make(meta), auditMutation(space.owner, groups, undefined)])
  return { meta, written: written as Written }
}

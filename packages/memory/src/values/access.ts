import { OptionError } from './errors.ts'
import { requireStrings } from './require-option.ts'
import { requireObject } from './require-options.ts'

/** All sensitivity levels, from least to most sensitive. */
export const levels = ['public', 'internal', 'confidential'] as const

/** How sensitive a record is: `public` < `internal` < `confidential`. */
export type Level = (typeof levels)[number]

/** The records that a principal may see: up to a level, and within its compartments. */
export interface Clearance {
  readonly level: Level
  /** Named areas beside the levels, such as `finance`. */
  readonly compartments?: readonly string[]
}

/**
 * Permissions beyond reading and writing what the clearance covers.
 *
 * - `audit`: see who read and wrote what.
 * - `declassify`: lower the sensitivity of a record.
 * - `erase`: forget what others wrote.
 * - `hold`: place and release legal holds, under which nobody can forget.
 * - `correct`: retract, supersede and confirm what others wrote.
 * - `control`: pause, resume and stop running agents, send them messages, cancel their activities and run them again.
 * - `administer`: see corrupt records as they are stored.
 */
export type Right = (typeof rights)[number]
const rights = ['audit', 'declassify', 'erase', 'hold', 'correct', 'control', 'administer'] as const

/** An agent, a person or a program that uses the memory. */
export interface Principal {
  readonly id: string
  readonly role: string
  /**
   * The records that the principal may see.
   *
   * @defaultValue public records outside every compartment
   */
  readonly clearance?: Clearance
  /** @defaultValue none */
  readonly rights?: readonly Right[]
}

/** The sensitivity of one record. A principal sees it only when its clearance covers all of it. */
export interface Label {
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** The label of unlabeled data. */
export const publicLabel: Label = { sensitivity: 'public', compartments: [] }

/** A clearance in the form that stores filter by. */
export interface Audience {
  readonly level: Level
  readonly compartments: readonly string[]
}

/** The index of a level: 0 is the least sensitive. */
export function levelIndex(level: Level): number {
  return levels.indexOf(level)
}

/**
 * Resolves a principal's clearance, filling in the defaults.
 *
 * @throws {@link OptionError} when the id, the role or a compartment is not a valid string, or the level or a right is unknown.
 */
export function audienceOf(principal: Principal): Audience {
  requireObject('principal', principal, 'a principal such as { id, role }')
  if (principal.clearance !== undefined) requireObject('principal.clearance', principal.clearance)
  const { level = 'public', compartments = [] } = principal.clearance ?? {}
  requireStrings('principal.id', [principal.id])
  requireStrings('principal.role', [principal.role])
  requireCompartments('principal.clearance.compartments', compartments)
  requireLevel('principal.clearance.level', level)
  const unknown = (principal.rights ?? []).find((right) => !rights.includes(right))
  if (unknown !== undefined) throw new OptionError('principal.rights', `an array of ${rights.join(', ')}`, unknown)
  return { level, compartments: [...compartments] }
}

/** Whether an audience may see data with this label. */
export function covers(audience: Audience, label: Label): boolean {
  return (
    levelIndex(label.sensitivity) <= levelIndex(audience.level) &&
    label.compartments.every((compartment) => audience.compartments.includes(compartment))
  )
}

/** Encodes a label or clearance as a string without spaces, unique to its level and set of compartments. */
export function labelText({ level, compartments }: Audience): string {
  return [level, ...compartments.toSorted().map((name) => encodeURIComponent(name))].join('+')
}

/** Decodes a string made by {@link labelText}. An unknown level becomes `confidential`. */
export function parseLabel(text: string): Label {
  const [level, ...names] = text.split('+')
  const sensitivity = levels.find((known) => known === level) ?? 'confidential'
  return { sensitivity, compartments: names.map((name) => decodeURIComponent(name)) }
}

/** The lowest label at least as sensitive as each of the given labels: the highest level and all compartments. */
export function joinLabels(all: readonly Label[]): Label {
  let highest = 0
  const compartments: string[] = []
  for (const label of all) {
    highest = Math.max(highest, levelIndex(label.sensitivity))
    compartments.push(...label.compartments)
  }
  const sensitivity = levels[highest] ?? 'confidential'
  return { sensitivity, compartments: distinct(compartments).toSorted() }
}

/** Copies an array of strings without its duplicates. */
export function distinct(strings: readonly string[]): string[] {
  return strings.length < 2 ? [...strings] : [...new Set(strings)]
}

/** @throws {@link OptionError} when the level is unknown. */
export function requireLevel(option: string, level: unknown): asserts level is Level {
  if (!levels.includes(level as Level)) throw new OptionError(option, `one of ${levels.join(', ')}`, level)
}

/**
 * The compartment of what holds no more. A corrected record keeps its label and gets this compartment, for which no
 * principal is cleared: so the lists, searches, counts and weights of every store leave it out as they leave out what is
 * above a clearance. Whoever asks for all that is there asks with `withWithdrawn`.
 */
export const withdrawnMark = '~withdrawn'

/** Whether a record holds no more. */
export function isWithdrawn({ compartments }: Label): boolean {
  return compartments.length > 0 && compartments.includes(withdrawnMark)
}

/** The same, as what holds no more. */
export function asWithdrawn<Labelled extends Label>(labelled: Labelled): Labelled {
  return isWithdrawn(labelled) ? labelled : { ...labelled, compartments: [...labelled.compartments, withdrawnMark] }
}

/** The same under the label that it had when it held. */
export function asHeld<Labelled extends Label>(labelled: Labelled): Labelled {
  if (!isWithdrawn(labelled)) return labelled
  return { ...labelled, compartments: labelled.compartments.filter((name) => name !== withdrawnMark) }
}

/** The audience that sees the same, and what of it holds no more. */
export function withWithdrawn({ level, compartments }: Audience): Audience {
  return { level, compartments: [...compartments, withdrawnMark] }
}

/** @throws {@link OptionError} when they are no strings, or one is kept for the memory itself. */
export function requireCompartments(option: string, compartments: readonly string[]): void {
  requireStrings(option, compartments)
  if (compartments.includes(withdrawnMark)) throw new OptionError(option, 'names of your own', withdrawnMark)
}

/** @throws {@link OptionError} when the level is unknown, or a compartment none that a label may have. */
export function requireLabel(option: string, { sensitivity, compartments }: Label): void {
  requireLevel(`${option}.sensitivity`, sensitivity)
  requireCompartments(`${option}.compartments`, compartments)
}

/** The label of what is written through a view, as options say it. */
export interface LabelOptions {
  /**
   * How sensitive it is.
   *
   * @defaultValue 'public' where there are `compartments`; without these either, the whole label is that of what the
   * view has read, or of all that its principal may read where the view notes no reads
   */
  readonly sensitivity?: Level
  /** @defaultValue none where there is a `sensitivity` */
  readonly compartments?: readonly string[]
}

/**
 * Checks options for a label, and says for each write which one it bears: that of the options, or else that of all that
 * may have gone into it.
 *
 * @throws OptionError
 */
export function labelFrom(view: { readonly label: Label }, options: LabelOptions): () => Label {
  const { sensitivity = 'public', compartments = [] } = options
  requireLevel('sensitivity', sensitivity)
  requireCompartments('compartments', compartments)
  if (options.sensitivity === undefined && options.compartments === undefined) return () => view.label
  const label = { sensitivity, compartments }
  return () => label
}

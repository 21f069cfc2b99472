import { OptionError } from './errors.ts'
import { requireStrings } from './require-option.ts'

/** How sensitive a record is, from least to most. */
export const levels = ['public', 'internal', 'confidential'] as const

/** How sensitive a record is: `public` < `internal` < `confidential`. */
export type Level = (typeof levels)[number]

/** What a principal may see: records up to a level, and within its compartments. */
export interface Clearance {
  readonly level: Level
  /** Named areas beside the levels, such as `finance`. */
  readonly compartments?: readonly string[]
}

/**
 * What a principal may do beyond reading and writing what its clearance covers.
 *
 * - `audit`: see who read and wrote what.
 * - `declassify`: make a record less sensitive.
 * - `administer`: see damaged records as they are.
 */
export type Right = (typeof rights)[number]
const rights = ['audit', 'declassify', 'administer'] as const

/** Who acts: an agent, a person or a program. */
export interface Principal {
  readonly id: string
  readonly role: string
  /**
   * What it may see.
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

/** The label of everything that nobody labelled. */
export const publicLabel: Label = { sensitivity: 'public', compartments: [] }

/** A clearance in the form that stores filter by. */
export interface Audience {
  readonly level: Level
  readonly compartments: readonly string[]
}

/** Says how a level ranks: 0 is the least sensitive. */
export function levelIndex(level: Level): number {
  return levels.indexOf(level)
}

/**
 * Fills in a principal's clearance.
 *
 * @throws {@link OptionError} when the id is empty, or the level or a right unknown.
 */
export function audienceOf(principal: Principal): Audience {
  const { level = 'public', compartments = [] } = principal.clearance ?? {}
  requireStrings('principal.id', [principal.id])
  requireStrings('principal.role', [principal.role])
  requireStrings('principal.clearance.compartments', compartments)
  requireLevel('principal.clearance.level', level)
  const unknown = (principal.rights ?? []).find((right) => !rights.includes(right))
  if (unknown !== undefined) throw new OptionError('principal.rights', `some of ${rights.join(', ')}`, unknown)
  return { level, compartments: [...compartments] }
}

/** Tells whether an audience may see what carries this label. */
export function covers(audience: Audience, label: Label): boolean {
  return (
    levelIndex(label.sensitivity) <= levelIndex(audience.level) &&
    label.compartments.every((compartment) => audience.compartments.includes(compartment))
  )
}

/** A label or clearance as one word without spaces, different for each. */
export function labelText({ level, compartments }: Audience): string {
  return [level, ...compartments.toSorted().map((name) => encodeURIComponent(name))].join('+')
}

/** The label that a text of {@link labelText} stands for; the most sensitive one when it makes no sense. */
export function parseLabel(text: string): Label {
  const [level, ...names] = text.split('+')
  const sensitivity = levels.find((known) => known === level) ?? 'confidential'
  return { sensitivity, compartments: names.map((name) => decodeURIComponent(name)) }
}

/** The least label that is at least as sensitive as each of the given ones. */
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

/** A list of its own that holds each text once. */
export function distinct(texts: readonly string[]): string[] {
  return texts.length < 2 ? [...texts] : [...new Set(texts)]
}

/** @throws {@link OptionError} when the level is none of the known ones. */
export function requireLevel(option: string, level: unknown): asserts level is Level {
  if (!levels.includes(level as Level)) throw new OptionError(option, `one of ${levels.join(', ')}`, level)
}

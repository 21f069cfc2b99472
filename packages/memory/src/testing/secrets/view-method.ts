import type { View } from '../../view.ts'

/** What a method of a view is tried with. */
export interface Attempt {
  /** The text that must not get out, to be put wherever the method takes a text of any kind. */
  readonly text: string
  /** Where the memory holds something above the clearance of whoever looks. */
  readonly planted: Planted
}

/** Names of sensitive records of each kind, and of public ones that anybody may use. */
export interface Planted {
  readonly fact: string
  /** A fact that was sensitive once. */
  readonly rewritten: string
  readonly observation: string
  readonly decision: string
  readonly learning: string
  readonly alert: string
  readonly escalation: string
  readonly object: string
  readonly task: string
  readonly work: string
  readonly state: string
  /** An open escalation that everybody may see. */
  readonly openQuestion: string
}

/** What a method may show and take. */
export interface ViewMethod {
  readonly shows: Shows
  readonly takes: Takes
  /** Uses the method in every way that may show or take something; resolves to what it got. */
  attempt(view: View, attempt: Attempt): Promise<unknown>
}

/**
 * - `nothing`: no more than whether it was done.
 * - `records`: values and metadata of records that the clearance covers; what it does not cover is absent.
 * - `own`: only what this principal gave, or what was noted of itself.
 * - `positions`: positions and times, which count hidden records too.
 * - `audit`: what the clearance covers, for principals with the right `audit`.
 * - `control`: what came of an order, for principals with the right `control`.
 * - `administer`: for principals with the right `administer`, whatever their clearance.
 */
export type Shows = 'nothing' | 'records' | 'own' | 'positions' | 'audit' | 'control' | 'administer'

/**
 * - `nothing`: it writes nothing.
 * - `labelled`: what it writes, names included, is as sensitive as all that was read.
 * - `lowered`: content under a lower label, for principals with the right `declassify`.
 * - `removed`: it only removes.
 * - `clearance`: what it writes is as sensitive as the whole clearance.
 */
export type Takes = 'nothing' | 'labelled' | 'lowered' | 'removed' | 'clearance'

/** A reason to lower a label. */
export const lowered = { reason: 'a test' }

/** What an error shows beside its message, which repeats what the caller said. */
export function conflictOf(error: unknown): unknown {
  return error !== null && typeof error === 'object' && 'current' in error ? error.current : undefined
}

import type { Call, Operation } from './history-operation.ts'

/**
 * What can be wrong with a history.
 *
 * - `version-made-twice`: two writes succeeded with the same version.
 * - `values-differ`: one version was seen or made with two values.
 * - `no-writer`: a version was seen that no write can have made.
 * - `lost-update`: a write succeeded though the version that it was to replace had been replaced before.
 * - `stale-read`: a strong read saw less than was known to be made before it began.
 * - `late-write`: a write made a version not above one that was known before it began.
 * - `read-before-write`: a version was seen before its write began.
 * - `went-back`: a cached read saw less than its own process had seen before.
 * - `own-write-unseen`: a cached read saw less than its own process had written before.
 * - `too-stale`: a cached read saw less than was known for longer than the bound.
 * - `stale-at-rest`: a cached read saw an old version though nothing was written any more.
 * - `not-linearizable`: no order of the calls fits both the model and the clock.
 * - `undecided`: the search was given up.
 */
export type ViolationKind =
  | 'version-made-twice'
  | 'values-differ'
  | 'no-writer'
  | 'lost-update'
  | 'stale-read'
  | 'late-write'
  | 'read-before-write'
  | 'went-back'
  | 'own-write-unseen'
  | 'too-stale'
  | 'stale-at-rest'
  | 'not-linearizable'
  | 'undecided'

/** One thing that is wrong with a history. */
export interface Violation<Op extends Call = Operation> {
  readonly kind: ViolationKind
  readonly key: string
  /** The calls that contradict each other, the one that gave it away last. */
  readonly operations: readonly Op[]
  /** What is wrong, for a person to read. */
  readonly sentence: string
}

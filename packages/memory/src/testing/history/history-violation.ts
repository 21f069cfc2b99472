import type { Call, Operation } from './history-operation.ts'

/**
 * The kinds of violations in a history.
 *
 * - `version-made-twice`: two writes succeeded with the same version.
 * - `values-differ`: one version was seen or made with two values.
 * - `no-writer`: a version was seen that no write in the history can have made.
 * - `lost-update`: a write succeeded although the version it named had been replaced before.
 * - `stale-read`: a strong read saw an older version than one known before it started.
 * - `late-write`: a write made a version that is no higher than one known before it started.
 * - `read-before-write`: a version was seen before its write started.
 * - `went-back`: a cached read saw an older version than its own process had seen before.
 * - `own-write-unseen`: a cached read saw an older version than its own process had written before.
 * - `too-stale`: a cached read missed a version that had been known for longer than the bound.
 * - `stale-at-rest`: a cached read saw an old version after all writes had ended.
 * - `not-linearizable`: no order of the calls fits both the model and the clock.
 * - `undecided`: the search reached its limit.
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

/** One violation in a history. */
export interface Violation<Op extends Call = Operation> {
  readonly kind: ViolationKind
  readonly key: string
  /** The calls that contradict each other; the one that revealed it comes last. */
  readonly operations: readonly Op[]
  /** A description for people. */
  readonly sentence: string
}

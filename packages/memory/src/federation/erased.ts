/**
 * What a node keeps of a record that was erased: a few words in its marker, or of a fact in its replica. They outlive the
 * record, so that no late copy brings it back, and say which erasure it was, so that other nodes can be told.
 */
export interface Erased {
  /** The id of the erasure. */
  readonly by: string
  /** When, Unix milliseconds by the clock of the node where it began. */
  readonly at: number
  /** Whether another node told of it. This node reports on the others. */
  readonly isTold: boolean
  /** Whether all that is derived from the record goes as well. */
  readonly reaches: boolean
}

/** The tag of erasures that are not complete. */
export const runningTag = 'running'

/** The name of an erasure as a source: by it a store finds the names of all that was erased. */
export function erasureSource(id: string): string {
  return `erasures/${id}`
}

/** The sources of the record that keeps it. */
export function erasedSources(erased: Erased | undefined): readonly string[] {
  return erased ? [erasureSource(erased.by)] : []
}

/** Whether a record is gone by this erasure already, or by a later one. */
export function isErasedBy(
  erased: Erased | undefined,
  { id, at }: { readonly id: string; readonly at: number },
): boolean {
  return erased !== undefined && (erased.by === id || erased.at >= at)
}

/** What an import did. */
export interface ImportReport {
  readonly format: ImportFormat
  /** Records that were written. */
  readonly added: number
  /** Records that the memory had already. */
  readonly known: number
  /** What could not be taken over, each with its place and the reason. */
  readonly skipped: readonly string[]
}

/**
 * The format of an imported memory.
 *
 * - `graph`: the file of the official memory server, JSON lines of entities and relations.
 * - `notes`: a `MEMORY.md`, or a folder of such notes as Claude keeps them.
 * - `mem0`: an export of mem0, JSON.
 */
export type ImportFormat = (typeof importFormats)[number]

/** All that {@link ImportFormat} may be. */
export const importFormats = ['graph', 'notes', 'mem0'] as const

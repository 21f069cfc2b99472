/** A library that does the same job as a shared memory, set up as its own documentation says. */
export interface JobPeer {
  /** @param place - A file, or the URL of a Redis server: what all processes share. */
  open(place: string): Promise<Job>
}

/** What the questions of this folder ask of a library. It leaves out what the library does not do. */
export interface Job {
  /** Resolves when the write is acknowledged. @param owner - Who remembers. */
  remember?(owner: string, key: string, text: string): Promise<unknown>
  /** The text of a key or, where memories have no keys, the newest that its owner has remembered. */
  recall?(owner: string, key: string): Promise<string | undefined>
  /** Adds 1 to a counter that all processes share; rejects when the library says that it has not. */
  increment?(): Promise<unknown>
  /** The counter. */
  total?(): Promise<number>
  /**
   * Does steps one after the other, and keeps what each has found, so that the same run, repeated, does only what is
   * not done. Rejects when a step does.
   */
  steps?(run: string, works: readonly StepWork[]): Promise<readonly number[]>
  close(): Promise<unknown>
}

/** The work of one step. */
export type StepWork = () => Promise<number>

/** One request and its answer, while they are under way. */
export interface Exchange {
  /** The id of the model. */
  readonly model: string
  readonly signal: AbortSignal
  /** Absent where nobody wants the pieces: then the answer comes whole. */
  readonly onText: ((piece: string) => void) | undefined
  /** Call it whenever something of the answer came: the server is alive, and may bill. */
  readonly begin: (piece: string) => void
}

/** One request and its answer, while it runs. */
export interface Exchange {
  /** The id of the model. */
  readonly model: string
  readonly signal: AbortSignal
  /** Absent where nobody wants pieces: then the answer is not streamed. */
  readonly onText: ((piece: string) => void) | undefined
  /** Call it whenever a part of the answer arrives: the server is alive, and may bill. */
  readonly begin: (piece: string) => void
}

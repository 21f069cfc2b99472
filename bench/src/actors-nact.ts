import * as untyped from 'nact'

/** An actor, or a system of actors, of nact. */
export interface NactRef {
  readonly path: unknown
}

/** What is used of nact: by its own types every reference is an empty object. */
interface Nact {
  start(): NactRef
  stop(ref: NactRef): void
  spawn<State>(
    parent: NactRef,
    receive: (state: State, message: never) => State,
    name: string,
    options: { readonly initialState: State },
  ): NactRef
  dispatch(ref: NactRef, message: unknown): void
  query(ref: NactRef, message: (asker: NactRef) => unknown, timeoutMs: number): Promise<unknown>
}

/** The library, with the types that its own lack. */
export const nact: Nact = untyped as unknown as Nact

/** What a counter takes: a number to add, or somebody who asks for the sum. */
type Count = number | NactRef

/** Starts a counter. */
export function nactCounter(system: NactRef, name: string): NactRef {
  return nact.spawn<number>(system, receive, name, { initialState: 0 })
}

/** Asks a counter for its sum. */
export function nactSum(ref: NactRef, timeoutMs: number): Promise<unknown> {
  return nact.query(ref, (asker) => asker, timeoutMs)
}

function receive(total: number, message: Count): number {
  if (typeof message === 'number') return total + message
  nact.dispatch(message, total)
  return total
}

/** The prefix of a request that goes ahead, or whose answer has begun. */
interface Turn {
  readonly key: string
  /** Who goes ahead; none when the answer has begun, since then the provider has the prefix. */
  readonly by?: string
  /** Unix milliseconds, after which nobody waits for it, or counts on it. */
  readonly until: number
}

/** The latest turns of all callers of a model, oldest first. */
export type PrefixTurns = readonly Turn[]

/** How a call may begin: at the head of others, right away, or when it has waited. */
export type Entry = { readonly type: 'ahead' | 'begin' } | { readonly type: 'wait'; readonly waitMs: number }

/** A call that wants to begin. */
export interface TurnStep {
  readonly key: string
  readonly id: string
  /** How long others wait for it, in milliseconds. */
  readonly waitMs: number
}

/** How long a provider certainly keeps a prefix, in milliseconds. OpenAI drops it after five minutes without use. */
const keptMs = 240_000
const mostTurns = 200

/** Lets the first of those with the same prefix go ahead, and tells the others for how long to wait. */
export function enterTurn(
  before: PrefixTurns | undefined,
  { key, id, waitMs }: TurnStep,
  now: number,
): { state: PrefixTurns; result: Entry } {
  const turns = before ?? []
  const known = turns.find((turn) => turn.key === key && turn.until > now)
  if (known?.by === undefined && known) return { state: turns, result: { type: 'begin' } }
  if (known) return { state: turns, result: { type: 'wait', waitMs: known.until - now } }
  return { state: [...othersThan(turns, key, now), { key, by: id, until: now + waitMs }], result: { type: 'ahead' } }
}

/** Notes that the answer to the call that went ahead has begun, or that there is none: then the next may go ahead. */
export function endTurn(
  before: PrefixTurns | undefined,
  { key, id }: Pick<TurnStep, 'key' | 'id'>,
  hasBegun: boolean,
  now: number,
): { state: PrefixTurns; result: undefined } {
  const turns = before ?? []
  const isOurs = turns.some((turn) => turn.key === key && turn.by === id)
  if (!isOurs && !hasBegun) return { state: turns, result: undefined }
  const rest = othersThan(turns, key, now)
  return { state: hasBegun ? [...rest, { key, until: now + keptMs }] : rest, result: undefined }
}

function othersThan(turns: PrefixTurns, key: string, now: number): PrefixTurns {
  return turns.filter((turn) => turn.key !== key && turn.until > now).slice(1 - mostTurns)
}

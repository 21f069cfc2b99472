import { NotFoundError, OptionError } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'
import {
  requireInteger,
  requireLifetime,
  requireObject,
  requireOptions,
  requireStrings,
  runtimeState,
} from '@skein/memory/runtime'
import type { OptionKinds, SharedState } from '@skein/memory/runtime'

import { isToken, makeToken, tokenId } from './token-text.ts'

/** Options of {@link McpTokens.create}. */
export interface CreateTokenOptions {
  /** The principal of the bearer. It has no rights: over MCP, nobody can declassify or audit. */
  readonly principal: Omit<Principal, 'rights'>
  /**
   * How long it is valid, in milliseconds.
   *
   * @defaultValue 30 days
   */
  readonly ttlMs?: number
  /**
   * Requests that the bearer may send per minute.
   *
   * @defaultValue 600
   */
  readonly requestsPerMinute?: number
  /** Bytes that the bearer may write per day (UTC); unlimited if omitted. */
  readonly bytesPerDay?: number
  /**
   * Whether the bearer has a user who may directly answer questions that are assigned to nobody. Needs a client of
   * revision 2026-07-28.
   *
   * @defaultValue false: a program would answer for a person
   */
  readonly elicitation?: boolean
}

/** A token without its secret. */
export interface McpToken {
  readonly id: string
  readonly principal: Principal
  /** Unix milliseconds, by the store's clock. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly requestsPerMinute: number
  readonly bytesPerDay: number | undefined
  readonly elicitation: boolean
}

/** A token as it is kept: its text is not. */
interface StoredToken extends Omit<McpToken, 'bytesPerDay' | 'elicitation'> {
  readonly bytesPerDay?: number
  readonly elicitation?: boolean
  readonly hash: string
}

type Tokens = Readonly<Record<string, StoredToken>>

const kinds: OptionKinds<CreateTokenOptions> = {
  principal: 'any',
  ttlMs: 'any',
  requestsPerMinute: 'any',
  bytesPerDay: 'any',
  elicitation: 'boolean',
}

const dayMs = 86_400_000
/** The state lives as long as a store keeps anything. */
const keptMs = 1e15
const none: Tokens = {}
const maxTokens = 1_000

/**
 * Manages the tokens with which clients connect to a memory over HTTP. The tokens are stored in the memory's space.
 *
 * @example
 * ```ts
 * import { McpTokens } from '@skein/mcp'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const tokens = new McpTokens(memory)
 * const { id } = await tokens.create({ principal: { id: 'ann', role: 'research' }, ttlMs: 3_600_000 })
 * await tokens.revoke(id)
 * await tokens.list() // => []
 * await memory.close()
 * ```
 */
export class McpTokens {
  readonly #memory: Memory
  readonly #state: SharedState<Tokens>
  readonly #now: () => number

  /** @throws OptionError, MemoryClosedError */
  constructor(memory: Memory) {
    requireObject('memory', memory, 'an open memory')
    const view = memory.as({ id: 'mcp', role: 'system' })
    this.#memory = memory
    this.#state = runtimeState<Tokens>(view, 'mcp/tokens', keptMs)
    this.#now = () => view.now()
  }

  /**
   * Creates a token. Its text is returned only once: the memory stores only a hash.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { McpTokens } from '@skein/mcp'
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const tokens = new McpTokens(memory)
   * const { token, id } = await tokens.create({ principal: { id: 'ann', role: 'research' } })
   * const bearer = await tokens.verify(token)
   * bearer?.principal.id // => 'ann'
   *
   * await tokens.revoke(id)
   * await tokens.verify(token) // => undefined
   * await memory.close()
   * ```
   */
  async create(options: CreateTokenOptions): Promise<McpToken & { readonly token: string }> {
    const given = requireOptions('McpTokens.create', options, kinds)
    const { principal, ttlMs = 30 * dayMs, requestsPerMinute = 600, bytesPerDay, elicitation = false } = given
    // Checks the principal as the memory does.
    const { id, role, clearance, rights } = this.#memory.as(principal).principal
    if (rights !== undefined) throw new OptionError('principal.rights', 'left out: a bearer has none', rights)
    requireLifetime('ttlMs', ttlMs)
    requireInteger('requestsPerMinute', requestsPerMinute, 1)
    if (bytesPerDay !== undefined) requireInteger('bytesPerDay', bytesPerDay, 1)
    const made = makeToken()
    const stored = await this.#state.change((tokens = {}, now) => {
      const live = Object.values(tokens).filter(({ expiresAt }) => expiresAt > now - 30 * dayMs)
      if (live.length >= maxTokens) throw new OptionError('tokens', `There are ${maxTokens} already. Revoke some.`)
      const added: StoredToken = {
        id: made.id,
        hash: made.hash,
        principal: { id, role, ...(clearance && { clearance }) },
        createdAt: now,
        expiresAt: now + ttlMs,
        requestsPerMinute,
        ...(bytesPerDay !== undefined && { bytesPerDay }),
        ...(elicitation && { elicitation }),
      }
      return { state: Object.fromEntries([...live, added].map((one) => [one.id, one])), result: added }
    })
    return { ...toToken(stored), token: made.text }
  }

  /** Lists all tokens, including recently expired ones, oldest first. @throws StoreError */
  async list(): Promise<readonly McpToken[]> {
    const tokens = await this.#read()
    return Object.values(tokens)
      .toSorted((a, b) => a.createdAt - b.createdAt)
      .map(toToken)
  }

  /** Revokes a token. Servers reject it at once and end its streams. @throws NotFoundError, StoreError */
  async revoke(id: string): Promise<void> {
    requireStrings('id', [id])
    await this.#state.change((tokens = {}) => {
      if (!Object.hasOwn(tokens, id)) throw new NotFoundError('token', id)
      const { [id]: _, ...rest } = tokens
      return { state: rest, result: undefined }
    })
  }

  /** The token with this text, unless it has expired or was revoked. @throws StoreError */
  async verify(text: string): Promise<McpToken | undefined> {
    const id = tokenId(text)
    if (id === undefined) return undefined
    const tokens = await this.#read()
    const known = Object.hasOwn(tokens, id) ? tokens[id] : undefined
    return known && isToken(text, known.hash) && known.expiresAt > this.#now() ? toToken(known) : undefined
  }

  /** Calls back with the ids of the tokens that are valid, now and whenever that may have changed, until the signal aborts. */
  async follow(listener: (valid: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const mark = this.#state.mark()
      const now = this.#now()
      const valid = Object.values(await this.#read()).filter(({ expiresAt }) => expiresAt > now)
      listener(new Set(valid.map(({ id }) => id)))
      await this.#state.untilWritten(mark, 1_000, signal)
    }
  }

  #read(): Promise<Tokens> {
    return this.#state.change((tokens = none) => ({ state: tokens, result: tokens }))
  }
}

/** Without its hash. */
function toToken(token: StoredToken): McpToken {
  const { id, principal, createdAt, expiresAt, requestsPerMinute, bytesPerDay, elicitation = false } = token
  return { id, principal, createdAt, expiresAt, requestsPerMinute, bytesPerDay, elicitation }
}

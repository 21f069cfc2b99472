import { OptionError } from '../values/errors.ts'
import { requireInteger } from '../values/require-option.ts'
import type { RecordMeta, RecordKey } from '../store/record.ts'
import type { Bus } from './bus.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A record as the sharing rule sees it. */
export interface ShareCandidate extends RecordKey, RecordMeta {
  /** JSON data; for an object, its size and media type. */
  readonly value: unknown
}

/** How a memory takes part in a federation: see {@link MemoryOptions.federation}. */
export interface FederationOptions {
  /**
   * The node's name, 1 to 64 letters, digits, `_` or `-`. It must be unique, and
   * a node keeps it for good.
   */
  readonly node: string

  /** Carries messages between the nodes: `inProcessBus()`, `redisBus(url)`. */
  readonly bus: Bus

  /**
   * Decides what the other nodes receive. The rule covers facts, observations,
   * decisions, learnings, alerts and objects; nothing else ever leaves the node.
   *
   * - `minImportance`: shares records of at least this importance, from 0 to 1.
   *   A fact written without an importance is shared if its key was shared
   *   before. An alert without one is always shared.
   * - A function, called for each write: its result alone decides.
   *
   * @defaultValue \{ minImportance: 0.7 \}
   */
  readonly share?: { readonly minImportance: number } | ((record: ShareCandidate) => boolean)

  /**
   * The largest object to send, in bytes. A larger one stays on its node, with a
   * warning.
   *
   * @defaultValue 1_048_576
   */
  readonly maxObjectBytes?: number
}

/** Options with every default filled in. */
export type ResolvedFederation = Required<FederationOptions>

const nodeName = /^[\w-]{1,64}$/
const largestMessage = 2 ** 28

const kinds: OptionKinds<FederationOptions> = { node: 'any', bus: 'any', share: 'any', maxObjectBytes: 'any' }

/**
 * Checks the options and fills in the defaults; `undefined` unless the memory is federated.
 *
 * @param isFederated - Whether the memory's architecture is `'federated'`.
 * @throws OptionError
 */
export function resolveFederation(
  options: FederationOptions | undefined,
  isFederated: boolean,
): ResolvedFederation | undefined {
  if (!isFederated) {
    if (options === undefined) return undefined
    throw new OptionError('federation', "left out, unless `architecture` is 'federated'", options)
  }
  if (options === undefined) throw new OptionError('federation', "given with architecture 'federated'", options)
  requireOptions('federation', options, kinds, 'federation')
  const { node, bus, share = { minImportance: 0.7 }, maxObjectBytes = 1024 * 1024 } = options
  if (typeof node !== 'string' || !nodeName.test(node)) {
    throw new OptionError('federation.node', '1 to 64 letters, digits, _ or -', node)
  }
  if (typeof bus?.open !== 'function') {
    throw new OptionError('federation.bus', 'a bus, such as inProcessBus() or redisBus(url)', bus)
  }
  if (typeof share !== 'function' && !(share?.minImportance >= 0 && share.minImportance <= 1)) {
    throw new OptionError('federation.share', '{ minImportance } from 0 to 1, or a function of a record', share)
  }
  requireInteger('federation.maxObjectBytes', maxObjectBytes, 0, largestMessage)
  return { node, bus, share, maxObjectBytes }
}

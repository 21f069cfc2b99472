import { OptionError } from '@skein/memory'
import { requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

/**
 * What a full mailbox does with the next message.
 *
 * - `reject`: refuses it; the sender gets an error.
 * - `drop-oldest`: drops the message that has waited longest.
 * - `drop-newest`: drops the new one; the sender does not notice.
 * - `wait`: `post` waits for room; `send`, which can't wait, is rejected.
 */
export type Overflow = 'reject' | 'drop-oldest' | 'drop-newest' | 'wait'

/** Options of an agent's mailbox. */
export interface MailboxOptions {
  /**
   * Most messages that wait in it.
   *
   * @defaultValue 1_000
   */
  readonly capacity?: number
  /** @defaultValue 'reject' */
  readonly overflow?: Overflow
}

const defaults: Required<MailboxOptions> = { capacity: 1_000, overflow: 'reject' }
const kinds: OptionKinds<MailboxOptions> = { capacity: 'any', overflow: 'any' }
const policies: readonly Overflow[] = ['reject', 'drop-oldest', 'drop-newest', 'wait']

/** Settings with every default filled in. @throws OptionError when one is out of range. */
export function resolveMailbox(options: MailboxOptions | undefined): Required<MailboxOptions> {
  if (options === undefined) return defaults
  const { capacity, overflow } = { ...defaults, ...requireOptions('mailbox', options, kinds, 'mailbox') }
  requireInteger('capacity', capacity, 1)
  if (!policies.includes(overflow)) {
    throw new OptionError('overflow', policies.map((policy) => `'${policy}'`).join(', '), overflow)
  }
  return { capacity, overflow }
}

import { OptionError } from '@skein/memory'

import type { DurableDefinition } from '../durable/durable.ts'

/** @throws OptionError for what is no durable definition, or one whose messages do not reach other processes. */
export function requireHostable(definition: DurableDefinition<never> | undefined): void {
  if (typeof definition?.durable?.name !== 'string') {
    throw new OptionError('definition', "what durable(machine, { name: '…', mailbox: 'durable' }) returns", definition)
  }
  const { name, mailbox } = definition.durable
  if (mailbox === 'durable') return
  throw new OptionError(
    'mailbox',
    `'durable' in the definition "${name}": its hosts get its messages from there`,
    mailbox,
  )
}

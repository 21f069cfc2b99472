import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { nonBlank } from '../../cli/parse-option.ts'
import { addInspectOptions } from '../../inspect/inspect-options.ts'
import type { InspectFlags } from '../../inspect/inspect-options.ts'
import { openReadOnly } from '../../inspect/open-read-only.ts'
import { InputError } from '../../open/input-error.ts'
import { print, printJson } from '../../terminal/printer.ts'

interface OrderFlags extends InspectFlags {
  readonly why?: string
}

/** What each order says when it is carried out. */
const done = {
  pause: 'Paused. Work already running continues to its end.',
  resume: 'It goes on.',
  stop: 'Stopped for good.',
  send: 'The message is in its mailbox.',
  cancel: 'Cancelled. Its agent receives a failure.',
  rerun: 'It runs again, and replaces its result.',
} as const

type What = keyof typeof done

/** Adds `skein order`, which pauses, resumes, stops or messages a running agent, or cancels or repeats a run of one. */
export function addOrder(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'order')
    .addArgument(new Argument('<what>', 'the order').choices(Object.keys(done)))
    .argument('<agent>', 'the id of the agent', nonBlank)
    .argument('[detail]', 'send: the type of the message, or a JSON object; cancel and rerun: the run', nonBlank)
    .option('--why <text>', 'the reason, for the audit', nonBlank)
  addInspectOptions(command, { needsPerson: true }).action(
    (what: What, agent: string, detail: string | undefined, flags: OrderFlags) =>
      order({ what, agent, detail, flags }, context),
  )
}

interface Given {
  readonly what: What
  readonly agent: string
  readonly detail: string | undefined
  readonly flags: OrderFlags
}

async function order({ what, agent, detail, flags }: Given, context: CommandContext): Promise<void> {
  const needsDetail = what === 'send' || what === 'cancel' || what === 'rerun'
  if (needsDetail !== (detail !== undefined)) {
    const form = needsDetail
      ? `skein order ${what} AGENT ${what === 'send' ? 'MESSAGE' : 'RUN'}`
      : `skein order ${what} AGENT`
    throw new InputError(what, `has another form: ${form}.`)
  }
  const message = what === 'send' ? messageOf(detail ?? '') : undefined
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable: ['settings'] })
  context.afterInterrupt = 'The order was withdrawn, unless it was already being carried out.'
  const { control } = opened.view
  const options = { signal: context.signal, ...(flags.why !== undefined && { why: flags.why }) }
  if (message) await control.send(agent, message, options)
  else if (what === 'cancel' || what === 'rerun') await control[what](agent, detail ?? '', options)
  else if (what !== 'send') await control[what](agent, options)
  if (flags.json) await printJson({ space: flags.space, agent, order: what })
  else await print(done[what])
}

/** @throws InputError */
function messageOf(text: string): { readonly type: string } {
  if (/^[\w.-]+$/.test(text)) return { type: text }
  try {
    const message = JSON.parse(text) as { readonly type?: unknown } | null
    if (typeof message?.type === 'string') return message as { readonly type: string }
  } catch {
    // Said below.
  }
  throw new InputError('the message', 'is neither a type, such as hurry, nor a JSON object with a type.')
}

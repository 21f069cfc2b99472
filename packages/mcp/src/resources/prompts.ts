import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { GetPromptResult, Prompt } from '@modelcontextprotocol/server'
import type { View } from '@skein/memory'

import { notice } from '../session/quote.ts'
import { listRecords } from '../recall/list-records.ts'

/** The prompts, as clients offer them to their users. */
export const prompts: readonly Prompt[] = [
  {
    name: 'brief',
    title: 'Brief me on this task',
    description: 'What is known about a task, and what is open.',
    arguments: [{ name: 'task', required: true }],
  },
  {
    name: 'hand_over',
    title: 'Hand over',
    description: 'Sum up a task, and pass it on.',
    arguments: [
      { name: 'task', required: true },
      { name: 'to', description: 'An agent, or role:NAME.', required: true },
    ],
  },
]

/** So many records go into a brief. */
const briefed = 30

/** A prompt with its arguments filled in. @throws ProtocolError when it is unknown or an argument is missing. */
export async function getPrompt(
  view: View,
  name: string,
  args: Readonly<Record<string, string>> = {},
): Promise<GetPromptResult> {
  const prompt = prompts.find((one) => one.name === name)
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt "${name}".`)
  for (const { name: argument } of prompt.arguments ?? []) {
    if (args[argument]) continue
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${name} needs the argument "${argument}".`)
  }
  const { task = '', to = '' } = args
  const known = JSON.stringify({ notice, ...(await listRecords(view, { task }, briefed)) })
  const request =
    name === 'brief'
      ? `Brief me on the task ${JSON.stringify(task)}: what is known and by whom, what was decided and why, who works on it, which questions are open. Recall ids for details. Say what is missing.`
      : `Hand the task ${JSON.stringify(task)} over to ${JSON.stringify(to)}: sum up what is done, what was decided and why, and what is left, from our conversation and the memory. Show me the summary, then call hand_over.`
  return {
    messages: [
      { role: 'user', content: { type: 'text', text: request } },
      // The texts of others stay inside JSON.
      { role: 'user', content: { type: 'text', text: known } },
    ],
  }
}

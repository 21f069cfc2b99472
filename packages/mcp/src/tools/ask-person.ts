import { inputRequired } from '@modelcontextprotocol/server'
import type { ElicitInputParams } from '@modelcontextprotocol/server'
import type { Escalation } from '@skein/memory'
import { hasEnded } from '@skein/memory/runtime'

import { notice } from '../session/quote.ts'
import { recordName } from '../session/record-name.ts'
import { adds, any, boolean, object, string } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool, ToolContext } from './tool.ts'

interface AskArgs {
  readonly task: string
  readonly question: string
  readonly to?: string
  readonly here?: boolean
}

/** `ask_person`: opens an escalation. */
export const askPerson: MemoryTool = defineTool<AskArgs>({
  name: 'ask_person',
  description: 'Ask a person (here: the user); recall the id for the answer.',
  annotations: adds,
  input: object({ 'task!': string, 'question!': string, to: string, here: boolean }),
  output: object({ id: any, state: any, answer: any }),
  run: async ({ task, question, to, here = false }, context) => {
    const { session, request } = context
    const { escalations } = session.view
    const assigned = to === undefined ? {} : { assignedTo: to }
    // The same question is the same escalation, so that asking again is safe.
    const asked = await escalations.open({ task, question, reason: question, ...assigned })
    if (!here || to !== undefined || !mayAskHere(asked, context)) return stateOf(asked)
    const replies = request.inputResponses
    if (replies === undefined) {
      const message = `${session.view.principal.id} asks about "${task}": ${question}`
      return inputRequired({
        inputRequests: { person: inputRequired.elicit({ message, requestedSchema: answerForm() }) },
      })
    }
    const answer = answerIn(replies['person'])
    // Who does not answer leaves the question to the inbox.
    return stateOf(answer === undefined ? asked : await escalations.answer(asked.id, answer))
  },
})

/** Only a question to nobody in particular, whoever asked it first: the user of the client need not be the person that was named. */
function mayAskHere({ state, assignedTo }: Escalation, { session, canElicit }: ToolContext): boolean {
  return canElicit && session.mayElicit && assignedTo === undefined && state === 'open'
}

function answerForm(): Extract<ElicitInputParams['requestedSchema'], { readonly type: 'object' }> {
  return { type: 'object', properties: { answer: { type: 'string', title: 'Your answer' } }, required: ['answer'] }
}

function answerIn(reply: unknown): string | undefined {
  const { action, content } = (reply ?? {}) as {
    readonly action?: unknown
    readonly content?: { readonly answer?: unknown }
  }
  const answer = action === 'accept' ? content?.answer : undefined
  return typeof answer === 'string' && answer.trim() !== '' ? answer : undefined
}

function stateOf(escalation: Escalation): object {
  const { id, state, answer } = escalation
  const known = hasEnded(escalation) ? { notice, answer } : {}
  return { id: recordName({ collection: 'escalations', id }), state, ...known }
}

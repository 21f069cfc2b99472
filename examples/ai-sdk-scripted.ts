/**
 * Models of the AI SDK that need no key. For real use: `export const model = anthropic('claude-…')`. A flock's worker
 * threads find the model by this module.
 *
 * @module
 */

import { generateText, stepCountIs } from 'ai'
import type { ToolSet } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

type Answer = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>

/** Repeats what it hears. */
export const model: MockLanguageModelV4 = new MockLanguageModelV4({
  provider: 'aviary',
  modelId: 'parrot-1',
  doGenerate: async ({ prompt }) => {
    const parts = prompt.flatMap((message) => (message.role === 'user' ? message.content : []))
    const heard = parts.map((part) => (part.type === 'text' ? part.text : '')).at(-1)
    return answer({ type: 'text', text: `${heard} ${heard}` })
  },
})

/** Calls these tools, one after the other. */
export function scriptedModel(calls: (readonly [name: string, input: object])[]): MockLanguageModelV4 {
  const doGenerate = async (): Promise<Answer> => {
    const [toolName, input] = calls.shift() ?? []
    if (toolName === undefined) return answer({ type: 'text', text: 'Done.' })
    return answer({ type: 'tool-call', toolCallId: toolName, toolName, input: JSON.stringify(input) })
  }
  return new MockLanguageModelV4({ doGenerate })
}

/** Lets a model call these tools; resolves to what they returned. */
export async function callTools(
  tools: ToolSet,
  ...calls: (readonly [name: string, input: object])[]
): Promise<readonly unknown[]> {
  const options = { model: scriptedModel([...calls]), tools, stopWhen: stepCountIs(calls.length + 1) }
  const { steps } = await generateText({ ...options, prompt: 'Work on your task.' })
  return steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output as unknown))
}

function answer(part: Answer['content'][number]): Answer {
  const tokens = { total: 6, noCache: 6, cacheRead: 0, cacheWrite: 0, text: 6, reasoning: 0 }
  const unified = part.type === 'tool-call' ? 'tool-calls' : 'stop'
  const usage = { inputTokens: tokens, outputTokens: { ...tokens, total: 12 } }
  return { content: [part], finishReason: { unified, raw: unified }, usage, warnings: [] }
}

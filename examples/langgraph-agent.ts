/**
 * A LangGraph agent whose threads and long-term memory are in a memory that other agents share. Two runs of one thread
 * at the same time don't fork it: the one that was overtaken is told, and runs again.
 *
 * Run it: `node examples/langgraph-agent.ts`
 *
 * @module
 */

import { FakeListChatModel } from '@langchain/core/utils/testing'
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import type { LangGraphRunnableConfig } from '@langchain/langgraph'
import { SkeinSaver, SkeinStore } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'

// For real use, replace this model by `new ChatOpenAI({ model: '…' })` or another one.
const model = new FakeListChatModel({ responses: ['Hello, Ann.', 'You like pizza.', 'You do.', 'Pizza, still.'] })

await using memory = await openMemory({ store: mapStore() })
const view = memory.as({ id: 'support', role: 'agent' })

const answer = async ({ messages }: typeof MessagesAnnotation.State, { store }: LangGraphRunnableConfig) => {
  const said = messages.at(-1)?.text ?? ''
  if (said.startsWith('I like')) await store?.put(['users', 'ann'], 'taste', { text: said })
  const known = (await store?.search(['users', 'ann'], { query: said })) ?? []
  const hint = known.map(({ value }) => String(value['text'])).join(' ')
  return { messages: [await model.invoke([{ role: 'system', content: `Known: ${hint}` }, ...messages])] }
}
const graph = new StateGraph(MessagesAnnotation)
  .addNode('answer', answer)
  .addEdge(START, 'answer')
  .compile({ checkpointer: new SkeinSaver(view), store: new SkeinStore(view) })

/** Says something, again if another run has continued the thread meanwhile. */
async function say(content: string): Promise<string> {
  try {
    const config = { configurable: { thread_id: 'ann' } }
    const { messages } = await graph.invoke({ messages: [{ role: 'user', content }] }, config)
    return `${content} - ${messages.at(-1)?.text}`
  } catch (error) {
    if ((error as { code?: string }).code !== 'SKEIN_STALE_WRITER') throw error
    console.log(`"${content}" was overtaken, and is said again.`)
    return say(content)
  }
}

console.log(await say('I like pizza.'))
await Promise.all([say('What do I like?'), say('And what else?')])
const { messages } = (await graph.getState({ configurable: { thread_id: 'ann' } })).values as { messages: unknown[] }
console.log(`The thread has ${messages.length >= 6 ? 'all' : messages.length} messages.`)

// What the graph has learned is a fact like any other, for agents that know nothing of LangGraph.
const sales = memory.as({ id: 'sam', role: 'sales' })
console.log(await sales.facts.get('langgraph/item/users/ann/taste'))

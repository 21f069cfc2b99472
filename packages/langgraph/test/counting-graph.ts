import { Annotation, START, StateGraph } from '@langchain/langgraph'
import { SkeinSaver } from '@skein/langgraph'
import type { View } from '@skein/memory'

/** A graph that keeps what it hears, counts in two steps, and carries a large text along. @param pause - Within a step. */
export function countingGraph(view: View, pause: () => Promise<void> | void = () => {}) {
  const State = Annotation.Root({
    heard: Annotation<string[]>({ reducer: (all, more) => [...all, ...more], default: () => [] }),
    count: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
    report: Annotation<string>,
  })
  const count = async (): Promise<{ count: number }> => {
    await pause()
    return { count: 1 }
  }
  return new StateGraph(State)
    .addNode('first', count)
    .addNode('second', count)
    .addEdge(START, 'first')
    .addEdge('first', 'second')
    .compile({ checkpointer: new SkeinSaver(view) })
}

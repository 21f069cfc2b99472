import type { TraceSpan } from '../protocol/protocol.ts'

/** What is read of a span to name a piece of work. */
export type TitledSpan = Pick<TraceSpan, 'id' | 'parent' | 'operation' | 'target' | 'title'>

/**
 * Names a piece of work: by the activity that it began with and its input, or a workflow by what it had done:
 * `map-reduce of note, merge`.
 *
 * @param first - Where it begins.
 * @param spans - In order of their starts.
 */
export function traceTitle({ id, operation, target }: TitledSpan, spans: readonly TitledSpan[]): string | undefined {
  if (operation !== 'invoke_workflow') return spans.find((span) => span.operation === 'execute_tool')?.title
  const steps = new Set(spans.flatMap((span) => (span.parent === id && span.target !== undefined ? [span.target] : [])))
  return steps.size === 0 ? undefined : `${target ?? 'workflow'} of ${[...steps].join(', ')}`
}

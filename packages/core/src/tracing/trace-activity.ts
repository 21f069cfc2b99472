import type { Memory, Principal } from '@skein/memory'
import { attribute, currentTrace, errorType, mayHold, traced } from '@skein/memory/runtime'
import type { ReadScope, TraceOrder } from '@skein/memory/runtime'
import type { Cost } from '@skein/memory/types'

/** An activity, as a span tells it. */
interface Run {
  readonly name: string
  readonly input: unknown
  /** For whom it runs. */
  readonly principal: Principal
  readonly scope: ReadScope
  /** A name of its own. */
  readonly id: string
}

/** Runs an activity as a span, from when it is asked for to its end, where somebody traces. */
export function traceActivity<Result>(
  memory: Memory,
  { name, input, principal, scope, id }: Run,
  code: () => Promise<Result>,
): Promise<Result> {
  const { tracing } = memory
  if (!tracing.isOn) return code()
  const attributes = {
    [attribute.toolName]: name,
    [attribute.toolType]: 'function',
    [attribute.agentId]: principal.id,
    [attribute.agentName]: principal.role,
    [attribute.run]: id,
  }
  return traced(tracing, { operation: 'execute_tool', target: name, attributes }, async (span) => {
    try {
      const output = await code()
      if (mayHold(tracing.content, scope.label)) {
        span.describe(
          scope.label,
          {},
          { [attribute.toolArguments]: asText(input), [attribute.toolResult]: asText(output) },
        )
      }
      return output
    } finally {
      // An error may quote what it has read.
      span.describe(scope.label, {})
    }
  })
}

/** What a worker has to know to trace what it does for the running code; `undefined` where nobody traces. */
export function traceOrder(): TraceOrder | undefined {
  const trace = currentTrace()
  return trace && { traceparent: trace.span.traceparent, content: trace.tracer.content }
}

/** An attempt has failed, and another one follows after a pause. */
export function tellRetry(error: unknown, attempt: number, delayMs: number): void {
  const attributes = { [attribute.errorType]: errorType(error), 'skein.attempt': attempt, 'skein.delay_ms': delayMs }
  currentTrace()?.span.note('skein.retry', attributes)
}

/** Tells whether the result was there already. */
export function tellReuse(isReused: boolean): void {
  currentTrace()?.span.set({ [attribute.reused]: isReused })
}

/** Tells who did it, and what that took. */
export function tellSuccess(worker: string, { usd }: Cost): void {
  currentTrace()?.span.set({ [attribute.worker]: worker, ...(usd !== undefined && { [attribute.usd]: usd }) })
}

function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    // What can't be JSON was moved, or is no data.
    return String(value)
  }
}

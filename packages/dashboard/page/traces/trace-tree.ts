import type { TraceSpan } from '../../src/protocol/protocol.ts'

/** A span with all that is part of it. */
export interface TreeNode {
  readonly span: TraceSpan
  readonly children: readonly TreeNode[]
  /** Of it and its parts. */
  readonly errors: number
  readonly retries: number
  readonly tokens: number
  readonly usd: number
}

/** Arranges spans below those that they are part of. One whose parent has not ended yet stands at the top. */
export function treeOf(spans: readonly TraceSpan[]): readonly TreeNode[] {
  const known = new Set(spans.map(({ id }) => id))
  const byParent = Map.groupBy(spans, ({ parent }) => (parent !== undefined && known.has(parent) ? parent : ''))
  const nodesBelow = (parent: string): readonly TreeNode[] => (byParent.get(parent) ?? []).map((span) => nodeOf(span))
  const nodeOf = (span: TraceSpan): TreeNode => {
    const children = nodesBelow(span.id)
    const sum = (of: (node: TreeNode) => number): number => children.reduce((total, node) => total + of(node), 0)
    return {
      span,
      children,
      errors: sum(({ errors }) => errors) + (span.error ? 1 : 0),
      retries: sum(({ retries }) => retries) + span.retries.length,
      tokens: sum(({ tokens }) => tokens) + (span.inputTokens ?? 0) + (span.outputTokens ?? 0),
      // An activity tells the cost of all its calls.
      usd: Math.max(
        sum(({ usd }) => usd),
        span.usd ?? 0,
      ),
    }
  }
  return nodesBelow('')
}

/** The ids of the spans above one, which must be open to show it. */
export function pathTo(spans: readonly TraceSpan[], id: string | undefined): ReadonlySet<string> {
  const parents = new Map(spans.map((span) => [span.id, span.parent]))
  const path = new Set<string>()
  for (let next = id; next !== undefined && !path.has(next); next = parents.get(next)) path.add(next)
  return path
}

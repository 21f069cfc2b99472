import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { amount, duration, money } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { SpanDetails } from './span-details.tsx'
import type { TreeNode } from './trace-tree.ts'
import { spanName } from './span-name.ts'

/** Of a whole trace, Unix milliseconds. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** Options of {@link SpanRow}. */
export interface SpanRowProps {
  readonly node: TreeNode
  readonly period: Period
  /** How many spans it is below. */
  readonly depth: number
  /** The spans that are open, since the address names one below them. */
  readonly path: ReadonlySet<string>
  /** The span that the address names. */
  readonly open: string | undefined
}

/** Parts of a span that are shown at first; more are added by as many. */
const page = 100
/** Spans that show their parts at first, by their depth. */
const openDepth = 2

/** A span on one line, its details when asked for, and its parts below it. */
export function SpanRow({ node, period, depth, path, open }: SpanRowProps): VNode {
  const { span, children } = node
  const isNamed = span.id === open
  const isUnfolded = useSignal(depth < openDepth || path.has(span.id))
  const isDetailed = useSignal(isNamed)
  const shown = useSignal(page)
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isNamed) line.current?.scrollIntoView({ block: 'center' })
  }, [isNamed])
  const length = Math.max(1, period.to - period.from)
  const title = spanName(span)
  const named = children.findIndex((child) => path.has(child.span.id))
  return (
    <li>
      <div class={`span-line${isNamed ? ' is-named' : ''}`} ref={line}>
        <span class="span-name">
          {children.length === 0 ? (
            <span class="twig leaf" aria-hidden="true">
              ·
            </span>
          ) : (
            <button
              type="button"
              class="twig"
              aria-expanded={isUnfolded.value}
              aria-label={`Parts of ${title.slice(0, 60)}`}
              onClick={() => (isUnfolded.value = !isUnfolded.value)}
            >
              {isUnfolded.value ? '▾' : '▸'}
            </button>
          )}
          <button
            type="button"
            class="quiet span-title"
            aria-expanded={isDetailed.value}
            onClick={() => (isDetailed.value = !isDetailed.value)}
          >
            {span.error && <span class="bad">✕ </span>}
            {!span.error && span.retries.length > 0 && '↻ '}
            <Text of={title} maxLength={70} />
          </button>
          {span.operation === 'invoke_agent' && span.agent !== undefined && (
            <Text class="muted" of={span.agent} maxLength={40} />
          )}
          {span.isReused && <span class="tag">reused</span>}
          {!isUnfolded.value && children.length > 0 && <small class="muted">{amount(children.length)} parts</small>}
          {!isUnfolded.value && node.errors > 0 && !span.error && <small class="bad">✕ below</small>}
        </span>
        <span class="span-bar" aria-hidden="true">
          <i
            class={`is-${kindOf(span.operation)}${span.error ? ' is-bad' : ''}`}
            style={{
              left: `${((span.startedAt - period.from) / length) * 100}%`,
              width: `${(span.durationMs / length) * 100}%`,
            }}
          />
        </span>
        <span class="number">{duration(span.durationMs)}</span>
        <span class="number muted">
          {node.usd > 0 ? money(node.usd) : node.tokens > 0 ? `${amount(node.tokens)} tok` : ''}
        </span>
      </div>
      {isDetailed.value && <SpanDetails span={span} />}
      {isUnfolded.value && children.length > 0 && (
        <ul>
          {children.slice(0, Math.max(shown.value, named + 1)).map((child) => (
            <SpanRow key={child.span.id} node={child} period={period} depth={depth + 1} path={path} open={open} />
          ))}
          {children.length > Math.max(shown.value, named + 1) && (
            <li>
              <button type="button" onClick={() => (shown.value += page)}>
                Show more of {amount(children.length)}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  )
}

function kindOf(operation: string): 'agent' | 'activity' | 'model' | 'memory' {
  if (operation.endsWith('_memory')) return 'memory'
  if (operation === 'execute_tool') return 'activity'
  return operation === 'chat' || operation === 'embeddings' ? 'model' : 'agent'
}

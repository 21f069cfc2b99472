import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { AgentChart } from '../../src/protocol/protocol.ts'
import { OrderButton } from '../orders/order-button.tsx'
import { api } from '../server/api.ts'
import { keepLoading } from '../server/keep-loading.ts'
import { statusOfAgent } from '../state/agent-status.ts'
import { connection, replayIndex, session, timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { ago, counted } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { moveKey } from './move-key.ts'
import { MoveList, pathWords } from './move-list.tsx'
import { ChildMachines } from './child-machines.tsx'
import { StateChart } from './state-chart.tsx'
import { TransitionTable } from './transition-table.tsx'

const refreshMs = 500
/** Looking at what another process saved is a read of a record each time. */
const savedRefreshMs = 2_000

/** An agent: what it does, and the machine that it runs. */
export function AgentPage({ id }: { readonly id: string }): VNode {
  const scene = useScene()
  const now = timeShown()
  const agent = scene.agents.get(id)
  return (
    <section class="view agent-page" aria-label="Agent" tabindex={0}>
      <p>
        <a href={linkTo('map')}>← The flock</a>
      </p>
      <header>
        {agent && (
          <p class="eyebrow">
            <Text of={agent.role} maxLength={40} />
          </p>
        )}
        <h2>
          <Text of={id} maxLength={120} />
        </h2>
        <p class="muted">
          {agent ? statusOfAgent(agent, scene, now) : 'not seen at this time'}
          {agent?.activity !== undefined && (
            <>
              {': '}
              <Text of={agent.activity} maxLength={80} />
            </>
          )}
          {agent &&
            ` · wrote ${counted(agent.wrote, 'record')}, read ${counted(agent.read, 'time')} what others wrote, ` +
              `reused ${counted(agent.reused, 'result')} · last seen ${ago(now - agent.lastAt)}`}
        </p>
        <p class="links">
          <a href={linkTo('memory', [], { author: id })}>Its records</a>{' '}
          <a href={linkTo('traces', [], { q: id })}>Its traces</a> <OrderButton target={{ agent: id }} label="Orders" />
        </p>
      </header>
      <Machine id={id} />
    </section>
  )
}

function Machine({ id }: { readonly id: string }): VNode {
  const found = useSignal<AgentChart | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  /** The move that is looked at, by its time and how often it had happened; otherwise the last one. */
  const selected = useSignal<string | undefined>(undefined)
  useEffect(() => {
    if (connection.value === 'file' || !session.value) return undefined
    return keepLoading({
      ask: () => api.chart(id),
      onAnswer: (chart) => {
        found.value = chart
        problem.value = undefined
      },
      onProblem: (text) => (problem.value = text),
      pauseMs: () => (found.peek()?.isSaved === false ? refreshMs : savedRefreshMs),
    })
  }, [id, session.value])
  if (connection.value === 'file') return <p class="empty">Exported files have no state charts.</p>
  if (problem.value !== undefined) return <p class="hint">{problem.value}</p>
  if (!found.value) return <p class="hint">Loading …</p>
  const { kind, isSaved, chart, states: present, moves: all, children, childCount } = found.value
  if (kind !== 'machine') return <p class="empty">{sentences[kind]}</p>
  const isReplay = replayIndex.value !== undefined
  const moves = isReplay ? all.filter(({ at }) => at <= timeShown()) : all
  const picked = moves.find((move) => moveKey(move) === selected.value)
  const shown = picked ?? moves.at(-1)
  const states = picked || isReplay ? (shown?.states ?? []) : present
  return (
    <div class="machine">
      <div>
        <p class="now" role="status">
          {picked ? 'Then in ' : 'In '}
          <strong>
            <Text of={pathWords(states)} maxLength={200} />
          </strong>
        </p>
        {isSaved && <p class="hint">This agent runs in another process. The chart shows its last saved state.</p>}
        {chart ? (
          <StateChart
            chart={chart}
            states={states}
            move={shown}
            label={`State chart of ${id.slice(0, 60)}, in ${pathWords(states).slice(0, 200)}`}
          />
        ) : (
          <p class="hint">The definition of this machine is not known here.</p>
        )}
        {chart && <TransitionTable chart={chart} states={states} />}
        {!picked && !isReplay && <ChildMachines of={children} count={childCount} />}
      </div>
      <MoveList
        moves={moves}
        selected={picked && moveKey(picked)}
        onSelect={(move) => (selected.value = move && moveKey(move))}
      />
    </div>
  )
}

const sentences: Readonly<Record<Exclude<AgentChart['kind'], 'machine'>, string>> = {
  light:
    'A light agent: it has no machine, so there is no chart to draw. What it did is above, and in Timeline and Traces.',
  hidden: 'Its states may tell what it has read, and your clearance does not cover that of the agent.',
  unknown:
    'The machine of this agent is not known here. A dashboard knows those of the flock in its own process, and of durable agents in any process.',
}

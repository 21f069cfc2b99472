import type { VNode } from 'preact'

import { OrderButton } from '../orders/order-button.tsx'
import { statusOfAgent } from '../state/agent-status.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { ago, bytes, counted, duration } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import type { Pick } from './map-picture.ts'

/** Describes the selected or hovered agent or record in words. */
export function MapDetails({
  pick,
  onClose,
}: {
  pick: Pick | undefined
  onClose: (() => void) | undefined
}): VNode | null {
  const scene = useScene()
  const now = timeShown()
  const agent = pick?.kind === 'agent' ? scene.agents.get(pick.id) : undefined
  const record = pick?.kind === 'record' ? scene.records.get(pick.id) : undefined
  if (!agent && !record) return null
  return (
    <aside class="map-details panel" aria-label="Details">
      {onClose && (
        <button type="button" class="quiet close" onClick={onClose} aria-label="Close details">
          ✕
        </button>
      )}
      {agent && (
        <>
          <p class="eyebrow">
            <Text of={agent.role} maxLength={30} />
          </p>
          <h2>
            <Text of={agent.id} maxLength={40} />
          </h2>
          <p>
            {statusOfAgent(agent, scene, now)}
            {agent.activity !== undefined && (
              <>
                {': '}
                <Text of={agent.activity} maxLength={40} />
              </>
            )}
          </p>
          {agent.note !== undefined && (
            <p class="muted">
              <Text of={agent.note} maxLength={140} />
            </p>
          )}
          <p class="muted">
            wrote {counted(agent.wrote, 'record')}, read {counted(agent.read, 'time')} what others wrote, reused{' '}
            {counted(agent.reused, 'result')}; last seen {ago(now - agent.lastAt)}
          </p>
          <p class="links">
            <a href={linkTo('map', [agent.id])}>State chart</a>{' '}
            <a href={linkTo('memory', [], { author: agent.id })}>Its records</a>{' '}
            <OrderButton target={{ agent: agent.id }} label="Orders" />
          </p>
        </>
      )}
      {record && (
        <>
          <p class="eyebrow">
            {record.collection} · {record.label.sensitivity}
          </p>
          <h2>
            <Text of={record.title} maxLength={80} />
          </h2>
          <p class="muted">
            by <Text of={record.author} maxLength={40} />, version {record.version}, {bytes(record.bytes)}, read by
            others {counted(record.reads, 'time')}, made from {counted(record.derivedFrom.length, 'object')}
          </p>
          {record.expiresAt !== undefined && (
            <p class="muted">{record.expiresAt > now ? `expires in ${duration(record.expiresAt - now)}` : 'expired'}</p>
          )}
          <a href={linkTo('memory', [record.collection, record.id])}>Open</a>
        </>
      )}
    </aside>
  )
}

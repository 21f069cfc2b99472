import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import { AgentPage } from '../charts/agent-page.tsx'
import { route } from '../state/route.ts'
import { Segments } from '../ui/segments.tsx'
import { FlockMap } from './flock-map.tsx'
import { FlockSummary } from './flock-summary.tsx'
import type { Grouping } from './groups.ts'
import { MapLegend } from './map-legend.tsx'
import { MapTable } from './map-table.tsx'

/** The flock, or the agent that is open. */
export function MapView(): VNode {
  const [agent] = route.value.path
  return agent === undefined ? <WholeFlock /> : <AgentPage key={agent} id={agent} />
}

/** The flock: as a map, or as tables with the same data. */
function WholeFlock(): VNode {
  const shape = useSignal<'map' | 'table'>('map')
  const grouping = useSignal<Grouping | 'auto'>('auto')
  return (
    <section class="view map-view" aria-label="Flock">
      <header class="view-head">
        <FlockSummary />
        <div class="tools">
          {shape.value === 'map' && (
            <Segments
              label="Group by"
              value={grouping}
              options={[
                ['auto', 'Auto'],
                ['task', 'Task'],
                ['role', 'Role'],
              ]}
            />
          )}
          <Segments
            label="Show as"
            value={shape}
            options={[
              ['map', 'Map'],
              ['table', 'Table'],
            ]}
          />
        </div>
      </header>
      {shape.value === 'map' ? (
        <>
          <FlockMap grouping={grouping.value === 'auto' ? undefined : grouping.value} />
          <MapLegend />
        </>
      ) : (
        <MapTable />
      )}
    </section>
  )
}

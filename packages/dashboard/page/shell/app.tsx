import type { VNode } from 'preact'

import { FiguresView } from '../metrics/metrics-view.tsx'
import { InboxView } from '../inbox/inbox-view.tsx'
import { MapView } from '../map/map-view.tsx'
import { MemoryView } from '../memory/memory-view.tsx'
import { ReplayBar } from '../replay/replay-bar.tsx'
import { TimelineView } from '../timeline/timeline-view.tsx'
import { Header } from './header.tsx'
import { trouble } from '../state/page-state.ts'
import { route } from '../state/route.ts'
import type { ViewName } from '../state/route.ts'

const pages: Readonly<Record<ViewName, () => VNode>> = {
  map: () => <MapView />,
  timeline: () => <TimelineView />,
  memory: () => <MemoryView />,
  inbox: () => <InboxView />,
  figures: () => <FiguresView />,
}

/** The page: its head, one view, and the replay below. */
export function App(): VNode {
  const { view } = route.value
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <Header />
      <main id="main" tabindex={-1}>
        {trouble.value === undefined ? (
          pages[view]()
        ) : (
          <p class="empty trouble" role="alert">
            <bdi>{trouble.value.slice(0, 400)}</bdi>
          </p>
        )}
      </main>
      <ReplayBar />
    </>
  )
}

/** The hash names the view: a jump must not change it. */
function skip(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}

import type { VNode } from 'preact'

import { OrderDialog } from '../orders/order-dialog.tsx'
import { ReplayBar } from '../replay/replay-bar.tsx'
import { RestReplay } from '../replay/rest-replay.tsx'
import { forgotten } from '../state/forgetting.ts'
import { pageError } from '../state/page-state.ts'
import { route } from '../state/route.ts'
import { Header } from './header.tsx'
import { viewsByName } from './views.tsx'

/** The page: header, one view, and the replay bar. */
export function App(): VNode {
  const { view } = route.value
  const { Content } = viewsByName[view]
  // Views keep what they have loaded. The inbox lets go by itself: somebody may be writing in it.
  const key = view === 'inbox' ? view : `${view} ${forgotten.value}`
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Header />
      <main id="main" tabindex={-1}>
        {pageError.value === undefined ? (
          <Content key={key} />
        ) : (
          <p class="empty page-error" role="alert">
            <bdi>{pageError.value.slice(0, 400)}</bdi>
          </p>
        )}
      </main>
      <RestReplay />
      <ReplayBar />
      <OrderDialog />
    </>
  )
}

/** The hash names the view, so following the link would change it. */
function skipToMain(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}

import type { VNode } from 'preact'

import type { Connection } from '../server/event-stream.ts'
import { Text } from '../ui/text.tsx'
import { connection, moment, session, useScene } from '../state/page-state.ts'
import { linkTo, route, views } from '../state/route.ts'
import type { ViewName } from '../state/route.ts'
import { isDark, theme } from '../ui/theme.ts'

const names: Readonly<Record<ViewName, string>> = {
  map: 'Flock',
  timeline: 'Timeline',
  memory: 'Memory',
  inbox: 'Inbox',
  figures: 'Figures',
}

const states: Readonly<Record<Connection, string>> = {
  loading: 'loading',
  live: 'live',
  reconnecting: 'reconnecting',
  ended: 'not connected',
  file: 'exported run',
}

/** Where one is, where one can go, and how the page stands with its server. */
export function Header(): VNode {
  const scene = useScene()
  const waiting = [...scene.escalations.values()].filter(({ state }) => state === 'open' || state === 'taken').length
  const state = moment.value === undefined || connection.value === 'reconnecting' ? states[connection.value] : 'replay'
  return (
    <header class="top">
      <h1>
        <a class="brand" href="#/map">
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <path d="M3 4 L10 9 L17 3 M10 13 L16 17 L22 12 M20 6 L25 9.500 L30 5" />
          </svg>
          Skein
        </a>
      </h1>
      {session.value && (
        <span class="space muted">
          <Text of={session.value.space} most={24} />
        </span>
      )}
      <nav aria-label="Views">
        {views.map((view) => (
          <a key={view} href={linkTo(view)} aria-current={route.value.view === view ? 'page' : undefined}>
            {names[view]}
            {view === 'inbox' && waiting > 0 && <span class="badge">{waiting}</span>}
          </a>
        ))}
      </nav>
      <span class={`connection is-${state.replace(' ', '-')}`} role="status">
        {state}
      </span>
      <button
        type="button"
        class="quiet theme"
        aria-label={isDark.value ? 'Change to light' : 'Change to dark'}
        onClick={() => (theme.value = isDark.value ? 'light' : 'dark')}
      >
        {isDark.value ? '☀' : '☾'}
      </button>
    </header>
  )
}

import type { VNode } from 'preact'

import { connection, replayIndex, session, useScene } from '../state/page-state.ts'
import type { Connection } from '../state/page-state.ts'
import { linkTo, route, views } from '../state/route.ts'
import { hasEnded } from '../state/scene.ts'
import { Text } from '../ui/text.tsx'
import { isDark, theme } from '../ui/theme.ts'
import { KeyHelp } from './key-help.tsx'
import { viewsByName } from './views.tsx'

const connectionNames: Readonly<Record<Connection, string>> = {
  loading: 'loading',
  live: 'live',
  reconnecting: 'reconnecting',
  ended: 'not connected',
  file: 'exported run',
}

/** The navigation, the state of the connection, and the theme switch. */
export function Header(): VNode {
  const scene = useScene()
  const pending = [...scene.escalations.values()].filter((escalation) => !hasEnded(escalation)).length
  const showsConnection = replayIndex.value === undefined || connection.value === 'reconnecting'
  const state = showsConnection ? connectionNames[connection.value] : 'replay'
  return (
    <header class="top">
      <h1>
        <a class="brand" href="#/runs">
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <path d="M3 4 L10 9 L17 3 M10 13 L16 17 L22 12 M20 6 L25 9.500 L30 5" />
          </svg>
          Skein
        </a>
      </h1>
      {session.value && (
        <span class="space muted">
          <Text of={session.value.space} maxLength={24} />
        </span>
      )}
      <nav aria-label="Views">
        {views.map((view) => (
          <a key={view} href={linkTo(view)} aria-current={route.value.view === view ? 'page' : undefined}>
            {viewsByName[view].title}
            {view === 'inbox' && pending > 0 && <span class="badge">{pending}</span>}
          </a>
        ))}
      </nav>
      <span class={`connection is-${state.replace(' ', '-')}`} role="status">
        {state}
      </span>
      <KeyHelp />
      <button
        type="button"
        class="quiet theme"
        aria-label={isDark.value ? 'Switch to light theme' : 'Switch to dark theme'}
        onClick={() => (theme.value = isDark.value ? 'light' : 'dark')}
      >
        {isDark.value ? '☀' : '☾'}
      </button>
    </header>
  )
}

import type { VNode } from 'preact'

import { keyHelp } from './inbox-keys.ts'

/** The keys of the inbox. */
export function KeyHelp({ mayAnswer }: { mayAnswer: boolean }): VNode {
  return (
    <footer class="key-help">
      {!mayAnswer && <p class="hint">Read-only. To answer, start the dashboard with --allow-answers.</p>}
      <dl>
        {keyHelp.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </footer>
  )
}

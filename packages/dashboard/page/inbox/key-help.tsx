import type { VNode } from 'preact'

import { keyWords } from './inbox-keys.ts'

/** The keys, where they can be seen. */
export function KeyHelp({ mayAnswer }: { mayAnswer: boolean }): VNode {
  return (
    <footer class="key-help">
      {!mayAnswer && <p class="hint">You can look, but not answer: start the dashboard with --allow-answers.</p>}
      <dl>
        {keyWords.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </footer>
  )
}

import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { keyHelp } from '../inbox/inbox-keys.ts'

type Keys = readonly (readonly [key: string, meaning: string])[]

const groups: readonly (readonly [view: string, keys: Keys])[] = [
  [
    'Everywhere',
    [
      ['?', 'these keys'],
      ['Tab', 'next control'],
      ['Esc', 'close'],
    ],
  ],
  [
    'Flock',
    [
      ['← ↑ ↓ →', 'move the map'],
      ['+ −', 'zoom'],
      ['0', 'show everything'],
    ],
  ],
  [
    'Timeline',
    [
      ['← →', 'move in time'],
      ['↑ ↓', 'scroll'],
      ['+ −', 'zoom'],
      ['Shift and arrows', 'from run to run'],
    ],
  ],
  [
    'Memory',
    [
      ['↑ ↓', 'next, previous'],
      ['Page ↑ ↓', 'a page'],
      ['Enter', 'open'],
    ],
  ],
  ['Inbox', keyHelp],
]

/** A button, and the key `?` in every view, that open the list of all keys. */
export function KeyHelp(): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const end = new AbortController()
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
      if (event.key === '?' && !isTyping && !dialog.current?.open) dialog.current?.showModal()
    }
    addEventListener('keydown', onKey, { signal: end.signal })
    return () => end.abort()
  }, [])
  return (
    <>
      <button type="button" class="quiet keys" aria-label="Keys" onClick={() => dialog.current?.showModal()}>
        ?
      </button>
      <dialog ref={dialog} class="panel key-list" aria-label="Keys">
        {groups.map(([view, keys]) => (
          <section key={view}>
            <h3>{view}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  )
}

import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

import { statusOfAgent } from '../state/agent-status.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { Text } from '../ui/text.tsx'
import { MessageForm } from './message-form.tsx'
import { give, orderNotice, orderTarget } from './order-state.ts'
import type { OrderTarget } from './order-state.ts'

/** The dialog in which people give orders to an agent: it is open while there is a target. */
export function OrderDialog(): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const target = orderTarget.value
  useLayoutEffect(() => {
    if (target && !dialog.current?.open) dialog.current?.showModal()
    if (!target) dialog.current?.close()
  }, [target])
  return (
    <dialog
      ref={dialog}
      class="panel orders"
      aria-label={target && `Orders to ${target.agent.slice(0, 60)}`}
      onClose={() => (orderTarget.value = undefined)}
    >
      {target && <Orders key={target.agent} target={target} />}
    </dialog>
  )
}

function Orders({ target: { agent, run } }: { readonly target: OrderTarget }): VNode {
  const scene = useScene()
  const reason = useRef<HTMLInputElement>(null)
  const isStopping = useSignal(false)
  const known = scene.agents.get(agent)
  const status = known && statusOfAgent(known, scene, timeShown())
  const why = (): string => reason.current?.value.trim() ?? ''
  const notice = orderNotice.value
  return (
    <>
      <h2>
        <Text of={agent} maxLength={60} />
      </h2>
      <p class="muted">{status ?? 'unknown'}</p>
      <label>
        <span>Why, for the audit</span>
        <input ref={reason} />
      </label>
      {run && (
        <section>
          <h3>
            <Text of={run.title} maxLength={60} />
          </h3>
          {run.isRunning ? (
            <button
              type="button"
              onClick={() =>
                void give(agent, { do: 'cancel', run: run.id, why: why() }, 'Cancelled. Its agent receives a failure.')
              }
            >
              Cancel this run
            </button>
          ) : (
            <button
              type="button"
              onClick={() =>
                void give(agent, { do: 'rerun', run: run.id, why: why() }, 'It runs again, and replaces its result.')
              }
            >
              Run it again
            </button>
          )}
        </section>
      )}
      {status !== 'ended' && (
        <section>
          {run && <h3>The agent</h3>}
          <div class="actions">
            {status === 'paused' ? (
              <button type="button" onClick={() => void give(agent, { do: 'resume', why: why() }, 'It goes on.')}>
                Resume
              </button>
            ) : (
              <button
                type="button"
                onClick={() =>
                  void give(agent, { do: 'pause', why: why() }, 'Paused. Work already running continues to its end.')
                }
              >
                Pause
              </button>
            )}
            {isStopping.value ? (
              <>
                <button
                  type="button"
                  class="bad"
                  onClick={() => {
                    isStopping.value = false
                    void give(agent, { do: 'stop', why: why() }, 'Stopped for good.')
                  }}
                >
                  Yes, end it for good
                </button>
                <button type="button" class="quiet" onClick={() => (isStopping.value = false)}>
                  No
                </button>
              </>
            ) : (
              <button type="button" onClick={() => (isStopping.value = true)}>
                Stop…
              </button>
            )}
          </div>
          <MessageForm agent={agent} why={why} />
        </section>
      )}
      <p role="status" class={notice?.isBad ? 'bad' : 'good'}>
        {notice?.text}
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </>
  )
}

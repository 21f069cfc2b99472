import type { VNode } from 'preact'

import type { TraceSpan } from '../../src/protocol/protocol.ts'
import { OrderButton } from '../orders/order-button.tsx'
import { sceneShown, session, timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { keyOf } from '../state/scene.ts'
import { amount, duration, money, timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { SpanText } from './span-text.tsx'
import { spanTitle } from '../ui/span-title.ts'

/** Everything that is known of a span: who, when, what it used, why it failed, what went in and came out. */
export function SpanDetails({ span }: { readonly span: TraceSpan }): VNode {
  const { agent, worker, run, startedAt, durationMs, inputTokens, outputTokens, usd, error, retries, texts, records } =
    span
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['Agent', agent],
    ['Thread', worker],
    ['Started', `${timestamp(startedAt, timeShown())}.${String(Math.floor(startedAt % 1_000)).padStart(3, '0')}`],
    ['Took', duration(durationMs)],
    ['Tokens in', inputTokens === undefined ? undefined : amount(inputTokens)],
    ['Tokens out', outputTokens === undefined ? undefined : amount(outputTokens)],
    ['Cost', usd === undefined ? undefined : money(usd)],
  ]
  return (
    <div class="span-details">
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Text of={value} maxLength={60} />
                </dd>
              </div>
            ),
        )}
      </dl>
      {agent !== undefined && run !== undefined && (
        <p>
          <OrderButton target={{ agent, run: { id: run, title: spanTitle(span), isRunning: false } }} label="Orders" />
        </p>
      )}
      {retries.length > 0 && (
        <ul class="plain">
          {retries.map(({ at, attempt, error: type, delayMs }) => (
            <li key={at}>
              ↻ Attempt {attempt} failed
              {type !== undefined && (
                <>
                  {' '}
                  with <Text class="code" of={type} maxLength={80} />
                </>
              )}
              {delayMs !== undefined && `; again after ${duration(delayMs)}`}
            </li>
          ))}
        </ul>
      )}
      {error && (
        <section>
          <h3>Error</h3>
          <p class="bad">
            <Text of={error.message === undefined ? error.type : `${error.type}: ${error.message}`} maxLength={600} />
          </p>
          {error.stack !== undefined && (
            <pre class="value short" tabindex={0} aria-label="Stack">
              <bdi>{error.stack.slice(0, 8_000)}</bdi>
            </pre>
          )}
        </section>
      )}
      {texts.map(({ name, text }) => (
        <SpanText key={name} name={name} text={text} />
      ))}
      {records.length > 0 && <SpanRecords records={records} />}
      {span.isCut && (
        <p class="hint">The rest is above your clearance ({session.value?.principal.level ?? 'public'}).</p>
      )}
    </div>
  )
}

function SpanRecords({ records }: Pick<TraceSpan, 'records'>): VNode {
  const scene = sceneShown()
  return (
    <section>
      <h3>Records</h3>
      <ul class="plain">
        {records.map(({ collection, id, version }) => (
          <li key={`${collection}/${id}`}>
            <a href={linkTo('memory', [collection, id])}>
              <Text of={scene.records.get(keyOf(collection, id))?.title || id} maxLength={100} />
            </a>{' '}
            <span class="muted">
              {collection}, version {version}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

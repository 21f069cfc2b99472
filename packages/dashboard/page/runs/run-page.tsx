import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { RecordDetail, RunRow } from '../../src/protocol/protocol.ts'
import { latestRecord } from '../memory/record-source.ts'
import { Sentences } from '../memory/sentences.tsx'
import { Card } from '../metrics/card.tsx'
import { timeShown } from '../state/page-state.ts'
import { goTo, linkTo } from '../state/route.ts'
import { ago, amount, counted, duration, money } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Comparison } from './comparison.tsx'
import { RunProgress } from './run-progress.tsx'
import { RunState } from './run-state.tsx'
import { showOnMap, showOnTimeline } from './show-run.ts'

/** Options of {@link RunPage}. */
export interface RunPageProps {
  readonly run: RunRow
  readonly all: readonly RunRow[]
  /** The run that this one is compared with. */
  readonly otherId: string | undefined
}

/** One run: its results with their sources, its figures, and the ways to its pictures. */
export function RunPage({ run, all, otherId }: RunPageProps): VNode {
  const { title, state, startedAt, endedAt, model, problem, answers } = run
  const now = timeShown()
  const other = all.find(({ id }) => id === otherId)
  const until = String(endedAt ?? '')
  return (
    <section class="view run-page" aria-label="Run" tabindex={0}>
      <p>
        <a href={linkTo('runs')}>← All runs</a>
      </p>
      <header>
        <h2>
          <Text of={title} maxLength={160} />
        </h2>
        <p class="muted">
          <RunState state={state} /> · started {ago(now - startedAt)} · {endedAt === undefined ? 'runs for' : 'took'}{' '}
          {duration((endedAt ?? now) - startedAt)}
          {model !== undefined && (
            <>
              {' '}
              · <Text of={model} maxLength={60} />
            </>
          )}
        </p>
        <p class="run-links">
          <button type="button" onClick={() => showOnMap(run)}>
            ▶ Replay on the map
          </button>
          <button type="button" onClick={() => showOnTimeline(run)}>
            Timeline
          </button>
          <a class="button" href={linkTo('metrics', [], { since: String(startedAt), until })}>
            Metrics
          </a>
          <a class="button" href={linkTo('traces', [], { since: String(startedAt), until })}>
            Traces
          </a>
          <CompareWith run={run} all={all} otherId={otherId} />
        </p>
      </header>
      {problem !== undefined && (
        <p class="bad" role="alert">
          <Text of={problem} maxLength={600} />
        </p>
      )}
      {state === 'running' && <RunProgress run={run} />}
      {other ? (
        <Comparison run={run} other={other} />
      ) : (
        <>
          {answers.map((answer) => (
            <Answer key={`${answer.question} ${answer.object}`} answer={answer} />
          ))}
          <Figures run={run} />
        </>
      )}
    </section>
  )
}

function Answer({ answer }: { readonly answer: RunRow['answers'][number] }): VNode {
  const { question, object, isAnswered } = answer
  const record = useSignal<RecordDetail | undefined>(undefined)
  const status = useSignal<string | undefined>('Loading …')
  useEffect(() => {
    void latestRecord('objects', object).then(
      (found) => {
        record.value = found
        status.value = found ? undefined : 'This result is not in the exported file.'
      },
      () => (status.value = 'This result is gone, or is above your clearance.'),
    )
  }, [object])
  return (
    <section class="answer">
      <h3>
        <Text of={question ?? 'Summary'} maxLength={300} />
      </h3>
      {!isAnswered && <p class="hint">Nothing answers this question. Here is a summary instead.</p>}
      {status.value !== undefined && (
        <p class="hint" role="status">
          {status.value}
        </p>
      )}
      {record.value && (
        <>
          <Sentences record={record.value} title={isAnswered ? 'Answer' : 'Summary'} />
          <p>
            <a href={linkTo('memory', ['objects', object])}>Its sources</a>
          </p>
        </>
      )}
    </section>
  )
}

function Figures({ run }: { readonly run: RunRow }): VNode | null {
  const { used, saved, agents, answers, questions } = run
  if (!used || !saved) return null
  const share = (part: number, rest: number): number => (part + rest === 0 ? 0 : part / (part + rest))
  return (
    <section>
      <h3>Figures</h3>
      <div class="cards">
        <Card
          title="calls saved"
          value={amount(saved.calls)}
          note={`${amount(used.calls)} made`}
          share={share(saved.calls, used.calls)}
        />
        <Card
          title="tokens saved"
          value={amount(saved.tokens)}
          note={`${amount(used.tokens)} used`}
          share={share(saved.tokens, used.tokens)}
        />
        <Card
          title="working time saved"
          value={duration(saved.ms)}
          note={`${duration(used.ms)} spent`}
          share={share(saved.ms, used.ms)}
        />
        <Card
          title="money saved"
          value={money(saved.usd)}
          note={`${money(used.usd)} paid`}
          share={share(saved.usd, used.usd)}
        />
        <Card
          title="agents"
          value={amount(agents ?? 0)}
          note={
            questions.length === 0
              ? 'made a summary'
              : `answered ${answers.filter(({ isAnswered }) => isAnswered).length} of ${counted(questions.length, 'question')}`
          }
        />
      </div>
    </section>
  )
}

function CompareWith({ run, all, otherId = '' }: RunPageProps): VNode | null {
  const others = all.filter(({ id }) => id !== run.id)
  if (others.length === 0) return null
  return (
    <label class="compare">
      <span>Compare with</span>
      <select
        value={otherId}
        onChange={({ currentTarget }) => goTo(linkTo('runs', [run.id], { with: currentTarget.value }))}
      >
        <option value="">no other run</option>
        {others.map(({ id, title, startedAt }) => (
          <option key={id} value={id}>
            {`${title.slice(0, 40)}, ${ago(timeShown() - startedAt)}`}
          </option>
        ))}
      </select>
    </label>
  )
}

import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { Cost, RunRow } from '../../src/protocol/protocol.ts'
import { citedSentences } from '../memory/citations.ts'
import { diffLines } from '../memory/diff-lines.ts'
import type { DiffLine } from '../memory/diff-lines.ts'
import { latestRecord } from '../memory/record-source.ts'
import { amount, duration, money } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'

/** Options of {@link Comparison}. */
export interface ComparisonProps {
  readonly run: RunRow
  readonly other: RunRow
}

type Figure = readonly [name: string, of: (run: RunRow) => number | undefined, text: (value: number) => string]

const of =
  (part: 'used' | 'saved', name: Exclude<keyof Cost, 'cachedTokens'>) =>
  (run: RunRow): number | undefined =>
    run[part]?.[name]

const figures: readonly Figure[] = [
  ['Took', ({ startedAt, endedAt }) => endedAt && endedAt - startedAt, duration],
  ['Calls made', of('used', 'calls'), amount],
  ['Calls saved by reuse', of('saved', 'calls'), amount],
  ['Tokens used', of('used', 'tokens'), amount],
  ['Tokens saved by reuse', of('saved', 'tokens'), amount],
  ['Paid', of('used', 'usd'), money],
  ['Working time', of('used', 'ms'), duration],
  ['Agents', ({ agents }) => agents, amount],
]

/** Two runs side by side: their figures, and what changed in the answers. */
export function Comparison({ run, other }: ComparisonProps): VNode {
  const questions = [...new Set([...other.answers, ...run.answers].map(({ question }) => question))]
  return (
    <>
      <h3>Figures</h3>
      <div class="tables" tabindex={0} role="region" aria-label="Figures of both runs">
        <table>
          <ColumnHeads
            names={['Figure', 'Other run', 'This run', 'Difference']}
            figures={['Other run', 'This run', 'Difference']}
          />
          <tbody>
            {figures.map(([name, value, text]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {[value(other), value(run)].map((one, index) => (
                  <td key={index} class="number">
                    {one === undefined ? '—' : text(one)}
                  </td>
                ))}
                <td class="number">{difference(value(other), value(run), text)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>Answers</h3>
      {questions.map((question) => (
        <AnswerChanges key={question ?? ''} question={question} run={run} other={other} />
      ))}
    </>
  )
}

function difference(before: number | undefined, after: number | undefined, text: (value: number) => string): string {
  if (before === undefined || after === undefined) return '—'
  if (before === after) return 'same'
  return `${after > before ? '+' : '−'}${text(Math.abs(after - before))}`
}

function AnswerChanges({ question, run, other }: ComparisonProps & { readonly question: string | undefined }): VNode {
  const lines = useSignal<readonly DiffLine[] | undefined>(undefined)
  useEffect(() => {
    void Promise.all([textOf(other, question), textOf(run, question)]).then(([before, after]) => {
      // A run without this answer has one empty line.
      lines.value = diffLines(before, after).filter(({ text }) => text !== '')
    })
  }, [run.id, other.id])
  const changed = lines.value?.filter(({ change }) => change !== 'same').length ?? 0
  const note = !hasAnswer(run, question)
    ? 'Only the other run has this answer.'
    : hasAnswer(other, question)
      ? undefined
      : 'Only this run has this answer.'
  const marks = { same: ' ', removed: '−', added: '+' } as const
  return (
    <section>
      <h4>
        <Text of={question ?? 'Summary'} maxLength={300} />
      </h4>
      {lines.value === undefined || changed === 0 || note !== undefined ? (
        <p class="hint">{lines.value === undefined ? 'Loading …' : (note ?? 'Nothing changed.')}</p>
      ) : null}
      {changed > 0 && (
        <pre class="diff" tabindex={0} role="region" aria-label={`Changes: ${(question ?? 'Summary').slice(0, 100)}`}>
          {lines.value?.map(({ change, text }, index) => (
            <div key={index} class={`line-${change}`}>
              {marks[change]} <bdi>{text}</bdi>
            </div>
          ))}
        </pre>
      )}
    </section>
  )
}

function hasAnswer({ answers }: RunRow, question: string | undefined): boolean {
  return answers.some((one) => one.question === question)
}

/** A line for each sentence; empty where a run has no answer, or it is gone. */
async function textOf({ answers }: RunRow, question: string | undefined): Promise<string> {
  const answer = answers.find((one) => one.question === question)
  const record = answer && (await latestRecord('objects', answer.object).catch(() => undefined))
  const sentences = citedSentences(record?.content?.text ?? record?.value ?? '')
  return sentences.map(({ text }) => text.replaceAll(/\s+/g, ' ')).join('\n')
}

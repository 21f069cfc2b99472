import type { Outcome } from '../ask-apart.ts'
import { figure, times } from '../figures.ts'
import type { Verdict } from '../judge.ts'
import type { Machine } from '../machine.ts'
import { found } from '../render.ts'
import type { Run } from '../run.ts'
import type { Answer } from '../runner.ts'

/** Renders a run as Markdown: the machine, the targets and whether they are met, the reasons for misses, and all figures. */
export function results(run: Run): string {
  const answered = run.answers.filter((answer) => 'measured' in answer)
  return [
    '# Results\n',
    'Written by `pnpm bench --report`. All figures of a question are from one run. [README.md](README.md) explains what they mean and what they don’t.\n',
    ...(run.quick ? ['**A quick run: it checks the answers, and its times mean nothing.**\n'] : []),
    `Measured on ${place(run.machine)}, on the days that the sections name.\n`,
    '## Targets\n',
    'A target counts as met or missed only if the middle halves of the turns agree. Smaller is better everywhere.\n',
    table(
      ['question', 'ratio', 'target, at most', 'measured', 'result'],
      answered.flatMap((answer) => answer.ratios.map((ratio) => row(answer, ratio))),
    ),
    ...misses(answered),
    '## All figures\n',
    ...run.answers.map(section),
    '## Versions\n',
    `${Object.entries(run.machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(' · ')}\n`,
  ].join('\n')
}

function place({ node, system, processors, model, memoryGb }: Machine): string {
  return `${processors} processors (${model}), ${memoryGb} GB, ${system}, Node ${node}`
}

function row(answer: Answer, ratio: Verdict): string[] {
  const { of, to, most, verdict } = ratio
  const asked = to === undefined ? figure(most, answer.kind) : `${times(most)} ×`
  const measured = `${found(ratio, answer.kind)}${to === undefined ? '' : ' ×'}`
  const said = { met: 'met', missed: '**missed**', unclear: 'unclear' }[verdict]
  return [`[${answer.question}](#${answer.question})`, to === undefined ? of : `${of} / ${to}`, asked, measured, said]
}

function misses(answers: readonly Answer[]): string[] {
  const missed = answers.flatMap(({ question, ratios }) =>
    ratios.filter(({ verdict }) => verdict === 'missed').map((ratio) => ({ question, ...ratio })),
  )
  if (missed.length === 0) return []
  const lines = missed.map(({ question, of, to, limit }) => {
    return `- \`${question}\`, ${of}${to === undefined ? '' : ` / ${to}`}: ${limit ?? 'the cause is not known yet.'}`
  })
  return ['## Missed targets and their causes\n', ...lines, '']
}

function section(answer: Outcome): string {
  const head = `### ${answer.question}\n`
  if ('missing' in answer) return `${head}\nLeft out: ${answer.missing}.\n`
  if ('failed' in answer) return `${head}\nFailed: ${answer.failed.split('\n')[0] ?? ''}\n`
  const { unit, kind, measured, rounds, load, leftOut, question, measuredAt } = answer
  return [
    head,
    `${unit[0]?.toUpperCase() ?? ''}${unit.slice(1)}.\n`,
    `![Chart of ${question}, with the figures of the table below](charts/${question}.svg)\n`,
    table(
      ['', 'median', 'minimum', 'middle half'],
      measured.map(({ name, median, least, quartiles: [low, high] }) => [
        name,
        figure(median, kind),
        figure(least, kind),
        `${figure(low, kind)} – ${figure(high, kind)}`,
      ]),
    ),
    ...leftOut.map((name) => `${name} was terminated because its turn did not end.\n`),
    `Measured ${measuredAt.slice(0, 10)}. Rounds: ${rounds}. Load: ${load.map((value) => value.toFixed(1)).join(' to ')}.\n`,
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}

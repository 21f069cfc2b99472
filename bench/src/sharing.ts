import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { runReport } from 'skein'
import type { Report, ReportStats } from 'skein'

import type { Asking, Contender, Kind, Question } from './question.ts'

const wholeFile = join(import.meta.dirname, '../../examples/data/1981_jimmy_carter_d.txt')
/** Those of the demo. */
const asked = [
  'What was done about energy, and what remains to be done?',
  'How is the economy, and what is done against inflation?',
  'What is said about the hostages in Iran?',
  'How were human rights furthered?',
  'What should become of health care?',
  'What happened to farmers and agriculture?',
  'How strong is the national defense?',
  'What was done for the environment?',
]

/** Model calls that eight analysts with eight questions make over one report, each alone and all with one memory. */
export const sharingCalls = (asking: Asking): Question =>
  sharing(asking, {
    name: 'sharing-calls',
    kind: 'count',
    unit: 'model calls of eight analysts over one long report',
    of: ({ used }) => used.calls,
  })

/** The tokens of these calls. */
export const sharingTokens = (asking: Asking): Question =>
  sharing(asking, {
    name: 'sharing-tokens',
    kind: 'count',
    unit: 'tokens that eight analysts use over one long report',
    of: ({ used }) => used.inputTokens + used.outputTokens,
  })

/** The time that it takes them. */
export const sharingTime = (asking: Asking): Question =>
  sharing(asking, {
    name: 'sharing-time',
    kind: 'time',
    unit: 'wall time of eight analysts over one long report, with the built-in model',
    of: ({ wallMs }) => wallMs * 1e6,
  })

interface Figure {
  readonly name: string
  readonly kind: Kind
  readonly unit: string
  of(stats: ReportStats): number
}

function sharing({ quick }: Asking, figure: Figure): Question {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const questions = quick ? asked.slice(0, 2) : asked
  const file = quick ? join(folder, 'beginning.txt') : wholeFile
  if (quick) writeFileSync(file, readFileSync(wholeFile, 'utf8').slice(0, 20_000))
  let summary = ''
  let runs = 0
  const report = async (path: string, isolated: boolean): Promise<Report> => {
    const found = await runReport({ files: [file], questions, store: sqliteStore(path), isolated })
    const said = JSON.stringify(found.summary)
    // Sharing may change what it takes, never what comes out.
    if (summary !== '' && said !== summary) throw new Error('The summaries differ.')
    summary = said
    return found
  }
  const fresh = (): string => join(folder, `${(runs += 1)}.db`)
  const warm = fresh()
  const contender = (name: string, run: () => Promise<Report>): Contender => ({
    name,
    tellsFigure: true,
    check: () => {},
    run: async () => figure.of((await run()).stats),
  })
  return {
    name: figure.name,
    unit: figure.unit,
    kind: figure.kind,
    times: 1,
    rounds: figure.kind === 'count' ? 1 : 3,
    warmUps: figure.kind === 'count' ? 0 : 1,
    contenders: [
      contender('each alone', () => report(fresh(), true)),
      contender('shared', () => report(fresh(), false)),
      {
        ...contender('shared, warm memory', () => report(warm, false)),
        check: async () => void (await report(warm, false)),
      },
    ],
    ratios: [{ of: 'shared', to: 'each alone', most: 1 }],
    close: async () => rmSync(folder, { recursive: true }),
  }
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { dashboard } from '@skein/dashboard'
import type { RunSummary } from '@skein/memory/runtime'
import { beforeAll, describe, expect, it } from 'vitest'

import { skein } from './run-skein.ts'
import { folderForAll, openIn } from './sample-memory.ts'

const folder = folderForAll()

interface Printed {
  readonly stats: { readonly used: { readonly calls: number }; readonly saved: { readonly calls: number } }
}

describe('skein runs', () => {
  let printed: Printed[]
  beforeAll(async () => {
    await writeFile(
      join(folder, 'geese.txt'),
      'GEESE\n\nThe geese flew south.\n\nHARBOR\n\nThe harbor opened in May.\n',
    )
    const run = async (question: string): Promise<Printed> => {
      const args = ['run', 'geese.txt', '-q', question, '--threads', '1', '--store', 'x.db', '--json']
      return JSON.parse((await skein(args, folder)).stdout) as Printed
    }
    printed = [await run('Where did the geese fly?'), await run('When did the harbor open?')]
  }, 120_000)

  it('lists the same figures as the run itself printed, and as the dashboard shows', async () => {
    const { stdout } = await skein(['runs', '--store', 'x.db', '--json'], folder)
    const { runs } = JSON.parse(stdout) as { runs: RunSummary[] }
    expect(runs.map(({ title, questions, state }) => [title, ...questions, state])).toEqual([
      ['geese.txt', 'When did the harbor open?', 'done'],
      ['geese.txt', 'Where did the geese fly?', 'done'],
    ])
    expect(runs.map(({ used, saved }) => [used?.calls, saved?.calls])).toEqual(
      printed.toReversed().map(({ stats }) => [stats.used.calls, stats.saved.calls]),
    )

    // Few of the flock's 35 agents have work in a file of two sections.
    for (const { agents = 0 } of runs) expect(agents).toBeLessThan(8)
    for (const { agents = 0 } of runs) expect(agents).toBeGreaterThan(2)

    await using memory = await openIn(folder)
    const board = dashboard({ memory, principal: { id: 'ada', role: 'operator' }, authenticate: () => true })
    const answer = await board.handler(new Request('http://localhost/api/runs', { headers: { host: 'localhost' } }))
    const rows = (await answer.json()) as RunSummary[]
    await board.close()
    expect(
      rows.map(({ used, saved, ...row }) => ({ ...row, used: used?.calls, saved: saved?.calls, usd: used?.usd })),
    ).toEqual(
      runs.map(({ used, saved, ...run }) => ({ ...run, used: used?.calls, saved: saved?.calls, usd: used?.usd ?? 0 })),
    )

    const table = (await skein(['runs', '--store', 'x.db'], folder, { COLUMNS: '150' })).stdout.trimEnd().split('\n')
    expect(table[0]).toMatch(/^RUN +QUESTIONS +STATE +AGE +TOOK +AGENTS +CALLS +SAVED$/)
    const [first] = runs
    expect(table[1]?.trim().split(/ {2,}/).slice(-3)).toEqual(
      [first?.agents, first?.used?.calls, first?.saved?.calls].map((figure) => String(figure)),
    )
    expect(table.at(-1)).toBe('2 runs')
  })
})

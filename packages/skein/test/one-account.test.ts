import { join } from 'node:path'

import type { Metrics } from '@skein/dashboard'
import { openMemory } from '@skein/memory'
import { addCost, noCost, sumOfLedger } from '@skein/memory/runtime'
import type { Cost, LedgerLine } from '@skein/memory/types'
import { openaiModel } from '@skein/openai'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { openBoard } from '../../dashboard/test/open-board.ts'
import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { PrefixCache } from '../../openai/test/prefix-cache.ts'
import { runReport } from '../src/index.ts'
import type { ReportStats } from '../src/index.ts'
import { skein } from './run-skein.ts'
import { reportFile, temporaryFolder } from './sample-files.ts'

const price = { inputPerMillion: 1, outputPerMillion: 4, cachedInputPerMillion: 0.1 }

/** What everybody shows of a cost, without the noise of adding in another order. */
function shown({ calls, ms, inputTokens, outputTokens, cachedInputTokens, usd = 0 }: Cost): Metrics['spent'] {
  return rounded({ calls, ms, tokens: inputTokens + outputTokens, cachedTokens: cachedInputTokens, usd })
}

function rounded({ calls, ms, tokens, cachedTokens = 0, usd }: Metrics['spent']): Metrics['spent'] {
  return {
    calls: Math.round(calls * 1e6) / 1e6,
    ms: Math.round(ms),
    tokens,
    cachedTokens,
    usd: Math.round(usd * 1e9) / 1e9,
  }
}

describe('What runs used and saved', () => {
  it('is the same in their reports, the ledger, skein stats and the dashboard, and what the server counted', async () => {
    const cache = new PrefixCache()
    await using server = await OpenAIServer.start({ key: 'sk', cache })
    const folder = temporaryFolder()
    const file = join(folder, 'flock.db')
    const model = openaiModel({ model: 'm', baseURL: server.url, apiKey: 'sk', prices: { m: price } })
    const run = async (...questions: string[]): Promise<ReportStats> =>
      (await runReport({ files: [reportFile], questions, store: sqliteStore(file), threads: 2, model })).stats
    // No sentence has words of these, so each is put to the same notes, which the provider then has.
    const runs = [await run(), await run('Quokkas?', 'Xylophones?'), await run('Quokkas?')]
    const [used, saved] = (['used', 'saved'] as const).map((which) =>
      shown(runs.map((stats) => stats[which]).reduce(addCost, noCost)),
    )
    expect(used?.calls).toBe(server.reached.length)
    expect(used?.cachedTokens).toBe(cache.total.cached)
    expect(cache.total.cached).toBeGreaterThan(10_000)
    const { input, cached } = cache.total
    const output = (used?.tokens ?? 0) - input
    expect(used?.usd).toBeCloseTo((input - cached + cached / 10 + output * 4) / 1_000_000, 9)
    expect(runs[2]?.used).toMatchObject({ calls: 0, inputTokens: 0, outputTokens: 0 })
    expect(runs[2]?.saved.calls).toBeGreaterThan(0)
    expect(used?.usd).toBeGreaterThan(0)
    expect(saved?.usd).toBeGreaterThan(0)

    await using memory = await openMemory({ store: sqliteStore(file) })
    const ledger = sumOfLedger(await memory.ledger())
    expect([shown(ledger.used), shown(ledger.saved)]).toEqual([used, saved])

    const { stdout } = await skein(['stats', '--json', '--store', file], folder)
    const { total } = (JSON.parse(stdout) as { work: { total: LedgerLine } }).work
    expect([shown(total.used), shown(total.saved)]).toEqual([used, saved])

    await using open = await openBoard({ memory })
    const metrics = await open.json<Metrics>('/api/metrics')
    expect([rounded(metrics.spent), rounded(metrics.saved)]).toEqual([used, saved])
  })
})

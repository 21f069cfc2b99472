import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'

const boss = { id: 'boss', role: 'sales', clearance: { level: 'confidential' } } as const

/** What a test looks for in the bytes of a store. */
export interface WrittenPasts {
  /** Parts of all that is about the person, as a store has them: plain and sealed. */
  readonly gone: readonly string[]
  /** Those of what stays. */
  readonly stays: readonly string[]
  /** Forgets the person. */
  readonly forget: () => Promise<void>
}

/**
 * Writes facts whose earlier versions are about a person: small and large ones, plain and sealed, trimmed ones, one whose present
 * version is about nobody, and one that was deleted. An agent has saved a state that names one of them.
 *
 * @param memory - Seals what is confidential.
 */
export async function writePasts(memory: Memory, driver: StoreDriver): Promise<WrittenPasts> {
  const view = memory.as(boss)
  const plain: string[] = []
  const write = async (key: string, word: string, length: number, secret: boolean): Promise<void> => {
    const value = `${word} `.repeat(Math.ceil(length / word.length))
    await view.facts.set(key, value, { subject: 'person/42', ...(secret && { sensitivity: 'confidential' }) })
    if (!secret) plain.push(word)
  }
  for (const [size, length] of Object.entries({ small: 10, large: 30_000 })) {
    for (const secret of [false, true]) {
      const key = `${size}/${secret ? 'sealed' : 'plain'}`
      for (const turn of ['first', 'second', 'last']) await write(key, `canary${size}${turn}`, length, secret)
      await write(`gone/${key}`, `canarygone${size}`, length, secret)
    }
  }
  for (let turn = 0; turn < 70; turn += 1) await write('often', `canaryturn${turn}x`, 10, false)
  const entry = await view.observations.log({ value: 'canaryentry', subject: 'person/42' })
  const claim = await view.claims.claim('agent')
  if (!claim) throw new Error('The claim is taken.')
  const state = { entry: entry.id, said: 'canarystate' }
  await view.agents.save({ definition: 'd', status: 'active', state, claim })
  const sealed = await sealedTexts(driver)
  // The present versions are about nobody, or gone.
  await view.facts.set('small/plain', 'staysplain')
  await view.facts.set('large/plain', 'stayslarge '.repeat(3_000))
  for (const key of ['small', 'large'].flatMap((size) => [`gone/${size}/plain`, `gone/${size}/sealed`]))
    await view.facts.delete(key)
  const olga = memory.as({ ...boss, id: 'olga', rights: ['erase'] })
  return {
    gone: [...plain, 'canaryentry', ...sealed.flatMap((text) => partsOf(text))],
    stays: ['staysplain', 'stayslarge'],
    forget: async () => {
      await olga.forget({ subject: 'person/42' }, { reason: 'She asked for it.', derived: 'forget' })
    },
  }
}

/** All sealed values: facts, their past versions, the states of agents. */
async function sealedTexts(driver: StoreDriver): Promise<string[]> {
  await using store = await driver.open('default', 'writer')
  const all = { prefix: '', limit: 100 } as const
  const { ids } = await store.pastIds({ collection: 'facts', ...all })
  const past = await store.past(ids.map((id) => ({ collection: 'facts', id }) as const))
  const facts = await store.list({ collection: 'facts', ...all })
  const agents = await store.list({ collection: 'agents', ...all })
  const records = [...past.flat().map(({ record }) => record), ...facts.records, ...agents.records]
  return records.map(({ value }) => value).filter((value) => value.startsWith('~k1.'))
}

/** Parts of a text that fit into one page of a file, from its whole length. */
function partsOf(text: string): string[] {
  const step = 5_000
  return Array.from({ length: Math.ceil(text.length / step) }, (_, n) => text.slice(n * step + 20, n * step + 60))
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { searchTerms } from '@skein/memory/store'
import Database from 'better-sqlite3'
import MiniSearch from 'minisearch'

/*
 * Scores a checkout of GateMem (arXiv 2606.18829) without a language model: what a search hands out to who asks. It
 * measures the mechanism, not the understanding: which turns are protected or deleted is taken from the data's own
 * `leak_targets`. A protected turn gets a compartment that the asker lacks, a deleted one is forgotten with all that is
 * derived from it. Summaries of several turns stand beside the turns, so content could leak through them.
 */

/** The shares of checkpoints of one contender, in percent. */
export interface GatememScore {
  readonly name: string
  /** Protected content that was handed out, of `privacy` checkpoints. */
  readonly protected: number
  /** Deleted content that was handed out, of `safety` checkpoints. */
  readonly deleted: number
  /** `utility` checkpoints with all that they need among the first 10 and 20 hits. */
  readonly utility10: number
  readonly utility20: number
}

interface Episode {
  readonly episode_id: string
  readonly turns: readonly { readonly turn_id: string; readonly text: string }[]
}

interface Checkpoint {
  readonly episode_id: string
  readonly as_of_turn_id: string
  readonly asker: { readonly principal_id: string }
  readonly query_type: 'utility' | 'privacy' | 'safety'
  readonly query_text: string
  readonly judge_spec: { readonly include?: readonly string[] }
  readonly leak_targets?: readonly string[]
}

/** What a contender knows at a checkpoint, and finds. */
interface Situation {
  readonly texts: readonly string[]
  readonly checkpoint: Checkpoint
}
type Find = (situation: Situation) => Promise<readonly string[]> | readonly string[]

const most = 20
/** Turns that one summary covers. */
const summarized = 5

/** Scores all domains of a folder: `<domain>/episodes.jsonl`, or `<domain>-episodes.jsonl`, with the checkpoints beside. */
export async function gatemem(folder: string): Promise<readonly GatememScore[]> {
  const situations = domainsOf(folder).flatMap(situationsOf)
  if (situations.length === 0) throw new Error(`There are no checkpoints in ${folder}.`)
  const contenders: Readonly<Record<string, Find>> = {
    'ours, with summaries': (situation) => ours(situation, true),
    'ours, turns alone': (situation) => ours(situation, false),
    FTS5: fullText,
    MiniSearch: miniSearch,
  }
  const scores: GatememScore[] = []
  for (const [name, find] of Object.entries(contenders)) scores.push(await scoreOf(name, find, situations))
  return scores
}

/** A table of scores. */
export function renderGatemem(scores: readonly GatememScore[]): string {
  const rows = scores.map(({ name, ...score }) => {
    return [name, score.protected, score.deleted, score.utility10, score.utility20]
  })
  const table = [['', 'protected exposed %', 'deleted exposed %', 'utility at 10 %', 'at 20 %'], ...rows]
  return table.map((row) => row.map((cell) => String(cell).padEnd(22)).join('')).join('\n')
}

async function scoreOf(name: string, find: Find, situations: readonly Situation[]): Promise<GatememScore> {
  const counts = { utility: 0, privacy: 0, safety: 0 }
  const hits = { utility: 0, privacy: 0, safety: 0, more: 0 }
  for (const situation of situations) {
    const { query_type: type, leak_targets: targets = [], judge_spec: spec } = situation.checkpoint
    const found = await find(situation)
    counts[type] += 1
    if (type === 'utility') {
      const include = spec.include ?? []
      if (hasAll(found.slice(0, 10), include)) hits.utility += 1
      if (hasAll(found, include)) hits.more += 1
    } else if (found.some((text) => holdsAny(text, targets))) hits[type] += 1
  }
  const percent = (part: number, of: number): number => Math.round((1_000 * part) / Math.max(1, of)) / 10
  return {
    name,
    protected: percent(hits.privacy, counts.privacy),
    deleted: percent(hits.safety, counts.safety),
    utility10: percent(hits.utility, counts.utility),
    utility20: percent(hits.more, counts.utility),
  }
}

async function ours({ texts, checkpoint }: Situation, summaries: boolean): Promise<readonly string[]> {
  const { query_type: type, query_text: query, leak_targets: targets = [], asker } = checkpoint
  const memory = await openMemory({ store: mapStore(), auditKeepMs: 0, sharedObjectBytes: 0 })
  const keeper = memory.as({ id: 'keeper', role: 'system', rights: ['erase'], clearance: all })
  const isLeak = (text: string): boolean => type !== 'utility' && holdsAny(text, targets)
  const turns = await Promise.all(
    texts.map((value) =>
      keeper.observations.log({ value, ...(type === 'privacy' && isLeak(value) && { compartments: ['protected'] }) }),
    ),
  )
  // They need no label of their own: it follows from what they are derived from.
  if (summaries) await summarize(keeper, turns)
  const doomed = type === 'safety' ? turns.filter(({ value }) => isLeak(value as string)) : []
  if (doomed.length > 0) await keeper.forget(doomed, { reason: 'deleted', derived: 'forget' })
  const found = await memory.as({ id: asker.principal_id, role: 'person' }).observations.search(query, { limit: most })
  await memory.close()
  return found.map(({ item }) => String(item.value))
}

const all = { level: 'confidential', compartments: ['protected'] } as const

type Turns = readonly { readonly id: string; readonly value: unknown }[]

async function summarize(keeper: View, turns: Turns): Promise<void> {
  const parts = Array.from({ length: Math.ceil(turns.length / summarized) }, (_, n) =>
    turns.slice(n * summarized, (n + 1) * summarized),
  )
  await Promise.all(
    parts.map((part) =>
      keeper.observations.log({ value: part.map(({ value }) => value as string).join(' '), derivedFrom: part }),
    ),
  )
}

function miniSearch({ texts, checkpoint }: Situation): readonly string[] {
  const index = new MiniSearch({ fields: ['text'] })
  index.addAll(texts.map((text, id) => ({ id, text })))
  return index
    .search(checkpoint.query_text)
    .slice(0, most)
    .map(({ id }) => texts[id as number] ?? '')
}

function fullText({ texts, checkpoint }: Situation): readonly string[] {
  const db = new Database(':memory:')
  db.exec("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'porter')")
  const insert = db.prepare('INSERT INTO texts (text) VALUES (?)')
  db.transaction(() => texts.forEach((text) => insert.run(text)))()
  const words = searchTerms(checkpoint.query_text).map((word) => `"${word.replaceAll('"', '')}"`)
  const query = db.prepare('SELECT text FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?').pluck()
  const found = words.length === 0 ? [] : (query.all(words.join(' OR '), most) as readonly string[])
  db.close()
  return found
}

function hasAll(texts: readonly string[], needed: readonly string[]): boolean {
  return needed.every((pattern) => texts.some((text) => new RegExp(pattern, 'iu').test(text)))
}

function holdsAny(text: string, targets: readonly string[]): boolean {
  const plain = plainOf(text)
  return targets.some((target) => plain.includes(plainOf(target)))
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ')
}

/** The beginnings of the paths of each domain's two files. */
function domainsOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [join(folder, entry.name, '')]
    const domain = /^(.*)-episodes\.jsonl$/.exec(entry.name)?.[1]
    return domain === undefined ? [] : [join(folder, `${domain}-`)]
  })
}

function situationsOf(domain: string): readonly Situation[] {
  const episodes = new Map(
    (linesOf(`${domain}episodes.jsonl`) as readonly Episode[]).map((one) => [one.episode_id, one]),
  )
  return (linesOf(`${domain}checkpoints.jsonl`) as readonly Checkpoint[]).map((checkpoint) => {
    const turns = episodes.get(checkpoint.episode_id)?.turns ?? []
    const end = turns.findIndex(({ turn_id: id }) => id === checkpoint.as_of_turn_id)
    return { checkpoint, texts: turns.slice(0, end + 1).map(({ text }) => text) }
  })
}

function linesOf(path: string): readonly unknown[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

import type { FeedEntry, FeedRecord } from '@skein/memory/runtime'

import type { AgentState, SceneLabel } from '../protocol/protocol.ts'
import { stateAtVersion } from './escalation-states.ts'
import type { KnownEscalation } from './escalation-states.ts'
import { titleOf, titleOfText, workName } from '../text/record-title.ts'
import type { SceneBody } from './scene-body.ts'
import { shortText } from '../text/short-text.ts'

type ChangeEntry = Extract<FeedEntry, { readonly type: 'change' }>

/** How entries of the feed are shown. */
export interface FeedSceneOptions {
  /** Who looks on; what that reads is not shown to it. */
  readonly onlooker: string
  /** Whether agents and activities of this time are told of by a flock itself, so that the feed need not. */
  isTold(at: number): boolean
}

/** What an entry of the feed looks like on the page. */
export function sceneOfEntry(entry: FeedEntry, options: FeedSceneOptions): readonly SceneBody[] {
  if (entry.type === 'reads') return readsOf(entry.entries, options.onlooker)
  if (entry.type === 'reuses') {
    const { at, reuses } = entry
    return reuses.map(({ agent, work, count, savedMs, savedTokens, savedUsd = 0 }) => {
      return { type: 'reused', at, agent, work: shortText(workName(work)), count, savedMs, savedTokens, savedUsd }
    })
  }
  const { change } = entry
  const { collection, id, author, at } = change
  if (change.op === 'delete') return [{ type: 'deleted', at, collection, id, author }]
  const bodies: SceneBody[] = [writtenOf(entry)]
  if (collection === 'escalations') bodies.push(...escalationOf(entry))
  if (options.isTold(at)) return bodies
  if (collection === 'work') bodies.push(...activityOf(entry))
  if (collection === 'agents') bodies.push(...agentOf(entry))
  return bodies
}

function writtenOf({ change, record }: ChangeEntry): SceneBody {
  const { collection, id, version, author, task, at, sensitivity, compartments } = change
  const label: SceneLabel = { sensitivity, compartments }
  const known = record && knownOf(record)
  return {
    type: 'written',
    at,
    collection,
    id,
    version,
    author,
    ...(task !== undefined && { task }),
    label,
    title: known?.title ?? shortText(id),
    tags: record?.tags ?? [],
    derivedFrom: record?.derivedFrom ?? [],
    bytes: known?.bytes ?? 0,
    ...(record?.expiresAt !== undefined && { expiresAt: record.expiresAt }),
  }
}

function knownOf(record: FeedRecord): { readonly title: string; readonly bytes: number } {
  const { collection, text } = record
  if (collection !== 'objects') return { title: titleOfText(record, text), bytes: text.length }
  const value = valueOf(record) as { readonly size: number }
  return { title: titleOf(record, value), bytes: value.size }
}

function escalationOf({ change, record }: ChangeEntry): readonly SceneBody[] {
  const { id, version, author: by, task = '', at } = change
  // What the person no longer sees, or what has expired, tells no state.
  if (!record) return []
  const { state, takenBy } = valueOf(record) as { state: KnownEscalation['state']; takenBy?: string }
  const known = { state, version: record.version, isTaken: takenBy !== undefined }
  return [{ type: 'escalation', at, id, task, state: stateAtVersion(known, version), by }]
}

/** What is computed once leaves a record when it begins, and another version of that when it ends. */
function activityOf({ change, record }: ChangeEntry): readonly SceneBody[] {
  const { id, version, author: agent, at } = change
  const about = { type: 'activity', at, run: id, activity: shortText(workName(id)), agent } as const
  if (!record || record.version !== version) return [{ ...about, phase: 'started' }]
  const { state, durationMs } = valueOf(record) as { state: string; durationMs?: number }
  if (state === 'running') return [{ ...about, phase: 'started' }]
  if (state === 'failed') return [{ ...about, phase: 'failed' }]
  return [{ ...about, phase: 'done', ...(durationMs !== undefined && { durationMs }) }]
}

const savedStates: Readonly<Record<string, AgentState>> = { active: 'resumed', done: 'ended', failed: 'failed' }

function agentOf({ change, record }: ChangeEntry): readonly SceneBody[] {
  const told = (what: string): string =>
    record?.tags.find((tag) => tag.startsWith(`${what}:`))?.slice(what.length + 1) ?? ''
  const state = savedStates[told('status')]
  if (!record || !state) return []
  return [{ type: 'agent', at: change.at, agent: change.id, role: told('role'), state }]
}

function readsOf(entries: Extract<FeedEntry, { type: 'reads' }>['entries'], onlooker: string): readonly SceneBody[] {
  const shown = entries.filter(({ agent, outcome, action }) => {
    return agent !== onlooker && outcome !== 'refused' && readActions.has(action)
  })
  return shown.map(({ at, agent, collection, id, count, outcome }) => {
    const isHit = outcome === 'hit'
    // What is not there has no label: its name may be that of something which is secret, and came later.
    return { type: 'read', at, agent, collection, id: isHit ? id : '', count, isHit }
  })
}

const readActions: ReadonlySet<string> = new Set(['read', 'list', 'search', 'watch'])

function valueOf({ text }: FeedRecord): object {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? value : {}
}

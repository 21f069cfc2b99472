import { costOfWork, escalationOf, objectInfoOf, savedAgentOf, workStateOf } from '@skein/memory/runtime'
import type { FeedEntry, FeedRecord } from '@skein/memory/runtime'

import type { SceneLabel } from '../protocol/protocol.ts'
import { shownCost } from '../metrics/shown-cost.ts'
import { isModelCall, titleOf, titleOfText, workTitle } from '../text/record-title.ts'
import { shortText } from '../text/short-text.ts'
import { stateAtVersion } from './escalation-states.ts'
import { stateOfSavedAgent } from './saved-agent-state.ts'
import type { SceneBody } from './scene-body.ts'

type ChangeEntry = Extract<FeedEntry, { readonly type: 'change' }>
type ReadsEntry = Extract<FeedEntry, { readonly type: 'reads' }>

/** How to convert entries of the feed. */
export interface FeedSceneOptions {
  /** The principal of the dashboard, whose own reads are left out. */
  readonly viewerId: string
  /** Whether a flock itself reported agents and activities at this time, so that the feed's entries would repeat them. */
  isReportedByFlock(at: number): boolean
}

/** Converts an entry of the feed to the events that the page shows. */
export function sceneOfEntry(entry: FeedEntry, options: FeedSceneOptions): readonly SceneBody[] {
  if (entry.type === 'reads') return readsOf(entry, options.viewerId)
  if (entry.type === 'uses') {
    return entry.uses.map(({ agent, used }) => ({ type: 'used', at: entry.at, agent, used: shownCost(used) }))
  }
  if (entry.type === 'reuses') {
    const { at, reuses } = entry
    return reuses.map(({ agent, work, count, saved }) => {
      return { type: 'reused', at, agent, work, title: workTitle(work), count, saved: shownCost(saved) }
    })
  }
  const { collection, id, author, at, op } = entry.change
  if (op === 'delete') return [{ type: 'deleted', at, collection, id, author }]
  const bodies: SceneBody[] = [writeOf(entry)]
  if (collection === 'escalations') bodies.push(...escalationEventOf(entry))
  if (options.isReportedByFlock(at)) return bodies
  if (collection === 'work' && !isModelCall(id)) bodies.push(activityOf(entry))
  if (collection === 'agents') bodies.push(...agentOf(entry))
  return bodies
}

function writeOf({ change, record }: ChangeEntry): SceneBody {
  const { collection, id, version, author, task, at, sensitivity, compartments } = change
  const label: SceneLabel = { sensitivity, compartments }
  return {
    type: 'written',
    at,
    collection,
    id,
    version,
    author,
    ...(task !== undefined && { task }),
    label,
    ...(record ? titleAndSize(record) : { title: shortText(id), bytes: 0 }),
    tags: record?.tags ?? [],
    derivedFrom: record?.derivedFrom ?? [],
    ...(record?.expiresAt !== undefined && { expiresAt: record.expiresAt }),
  }
}

function titleAndSize(record: FeedRecord): { readonly title: string; readonly bytes: number } {
  const { collection, text } = record
  if (collection !== 'objects') return { title: titleOfText(record, text), bytes: text.length }
  const object = objectInfoOf(JSON.parse(text))
  return { title: titleOf(record, object), bytes: object?.size ?? 0 }
}

function escalationEventOf({ change, record }: ChangeEntry): readonly SceneBody[] {
  const { id, version, author: by, task = '', at } = change
  // A record that has expired, or is now above the viewer's clearance, shows no state.
  if (!record) return []
  const { state, takenBy } = escalationOf({ ...record, value: JSON.parse(record.text) as unknown })
  const latest = { state, version: record.version, isTaken: takenBy !== undefined }
  return [{ type: 'escalation', at, id, task, state: stateAtVersion(latest, version), by }]
}

/** Shared work writes its record when it starts, and a new version of it when it ends. */
function activityOf({ change, record }: ChangeEntry): SceneBody {
  const { id, version, author: agent, at } = change
  const common = { type: 'activity', at, run: id, activity: workTitle(id), agent } as const
  const present = record && workStateOf(JSON.parse(record.text))
  const work = record?.version === version ? present : undefined
  if (!work || work.state === 'running') {
    return {
      ...common,
      order: id,
      phase: 'started',
      ...(present?.title !== undefined && { title: shortText(present.title) }),
    }
  }
  return work.state === 'failed'
    ? { ...common, phase: 'failed' }
    : { ...common, phase: 'done', durationMs: costOfWork(work).ms }
}

function agentOf({ change, record }: ChangeEntry): readonly SceneBody[] {
  const agent = record && savedAgentOf(record)
  const state = agent && stateOfSavedAgent(agent)
  return state ? [{ type: 'agent', at: change.at, agent: change.id, role: agent.role, state }] : []
}

function readsOf({ entries }: ReadsEntry, viewerId: string): readonly SceneBody[] {
  const shown = entries.filter(({ agent, outcome, action }) => {
    return agent !== viewerId && outcome !== 'refused' && readActions.has(action)
  })
  return shown.map(({ at, agent, collection, id, count, outcome }) => {
    const isHit = outcome === 'hit'
    // A missing record has no label, and a confidential one of this name may be written later: don't reveal the name.
    return { type: 'read', at, agent, collection, id: isHit ? id : '', count, isHit }
  })
}

const readActions: ReadonlySet<string> = new Set(['read', 'list', 'search', 'watch'])

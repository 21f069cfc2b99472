import type { SceneEvent } from '../../src/protocol/protocol.ts'
import { cold, warmer } from './heat.ts'
import { keyOf, maxRecords, unknownRole } from './scene.ts'
import type { Scene, SceneAgent, SceneLink, SceneRecord } from './scene.ts'
import { plus } from './totals.ts'

type EventOf<Type extends SceneEvent['type']> = Extract<SceneEvent, { readonly type: Type }>

const maxLinks = 256

/** Folds one event into a scene. */
export function applyEvent(scene: Scene, event: SceneEvent): void {
  scene.at = Math.max(scene.at, event.at)
  scene.count += 1
  switch (event.type) {
    case 'agent':
      return applyAgent(scene, event)
    case 'written':
      return applyWrite(scene, event)
    case 'deleted':
      return applyDelete(scene, event)
    case 'read':
      return applyRead(scene, event)
    case 'reused':
      return applyReuse(scene, event)
    case 'used':
      scene.costs = { ...scene.costs, used: plus(scene.costs.used, event.used) }
      return
    case 'activity':
      return applyActivity(scene, event)
    case 'escalation':
      return applyEscalation(scene, event)
    case 'dead-letter':
      touchAgent(scene, event.agent, event.at, {})
      scene.totals = plus(scene.totals, { deadLetters: 1 })
  }
}

function applyAgent(scene: Scene, { agent, role, state, note, at }: EventOf<'agent'>): void {
  const changes = { role, state, note, isReported: true, ...(state === 'ended' && { running: 0, activity: undefined }) }
  roles.set(agent, role)
  touchAgent(scene, agent, at, changes, state === 'ended' ? 0 : 1)
}

function applyWrite(scene: Scene, event: EventOf<'written'>): void {
  const { collection, id, version, author, task, label, title, tags, derivedFrom, bytes, expiresAt, at } = event
  const key = keyOf(collection, id)
  const before = scene.records.get(key)
  // Keeps the map in the order of the last writes.
  scene.records.delete(key)
  scene.records.set(key, {
    key,
    collection,
    id,
    version,
    author,
    task,
    label,
    title,
    tags,
    derivedFrom,
    bytes,
    expiresAt,
    createdAt: before && before.deletedAt === undefined ? before.createdAt : at,
    writtenAt: at,
    deletedAt: undefined,
    reads: before?.reads ?? 0,
    heat: warmer(before?.heat ?? cold, 1, at),
  })
  if (scene.records.size > maxRecords) scene.records.delete(scene.records.keys().next().value ?? '')
  const { wrote = 0, task: earlierTask } = scene.agents.get(author) ?? {}
  touchAgent(scene, author, at, { wrote: wrote + 1, task: task ?? earlierTask })
  scene.totals = plus(scene.totals, { written: 1 })
}

function applyDelete(scene: Scene, { collection, id, author, at }: EventOf<'deleted'>): void {
  changeRecord(scene, keyOf(collection, id), { deletedAt: at })
  touchAgent(scene, author, at, {})
  scene.totals = plus(scene.totals, { deleted: 1 })
  // Work of another process that fails leaves no record.
  const agent = collection === 'work' ? scene.runs.get(id) : undefined
  if (agent !== undefined) endRun(scene, { run: id, agent, at, phase: 'failed' })
}

function endRun(
  scene: Scene,
  { run, agent, at, phase }: Pick<EventOf<'activity'>, 'run' | 'agent' | 'at'> & { readonly phase: 'done' | 'failed' },
): void {
  const { running = 0 } = scene.agents.get(agent) ?? {}
  // The start may be older than the first event of this page.
  const left = scene.runs.delete(run) ? Math.max(0, running - 1) : running
  touchAgent(scene, agent, at, { running: left, ...(left === 0 && { activity: undefined }) })
  scene.totals = plus(scene.totals, phase === 'done' ? { done: 1 } : { failed: 1 })
}

function applyRead(scene: Scene, { agent, collection, id, count, isHit, at }: EventOf<'read'>): void {
  const key = keyOf(collection, id)
  const record = isHit ? scene.records.get(key) : undefined
  const isShared = record !== undefined && record.author !== agent
  if (record && isShared) {
    // An author's own look at its record tells nothing about how useful it is to others.
    changeRecord(scene, key, { reads: record.reads + count, heat: warmer(record.heat, 1, at) })
    addLink(scene, { reader: agent, key, writer: record.author, at })
  }
  const { read = 0 } = scene.agents.get(agent) ?? {}
  touchAgent(scene, agent, at, { read: read + (isShared ? count : 0) }, 0.5)
  scene.totals = plus(scene.totals, { reads: count, shared: isShared ? count : 0 })
}

function applyReuse(scene: Scene, event: EventOf<'reused'>): void {
  const { agent, work: id, count, saved, at } = event
  const key = keyOf('work', id)
  const record = scene.records.get(key)
  if (record) {
    changeRecord(scene, key, { heat: warmer(record.heat, 2, at) })
    if (record.author !== agent) addLink(scene, { reader: agent, key, writer: record.author, at })
  }
  touchAgent(scene, agent, at, { reused: (scene.agents.get(agent)?.reused ?? 0) + count })
  scene.totals = plus(scene.totals, { reused: count })
  scene.costs = { ...scene.costs, saved: plus(scene.costs.saved, saved) }
}

function applyActivity(scene: Scene, event: EventOf<'activity'>): void {
  const { run, activity, title, agent, phase, at } = event
  const { running = 0 } = scene.agents.get(agent) ?? {}
  if (phase === 'started' && !scene.runs.has(run)) {
    scene.runs.set(run, agent)
    // A flock numbers its runs; those of the feed are ids of work. It may be older than the dashboard, which then missed
    // the start of its agents.
    const isReported = run.startsWith('run-') || (scene.agents.get(agent)?.isReported ?? false)
    touchAgent(scene, agent, at, { running: running + 1, activity: title ?? activity, isReported })
  } else if (phase === 'done' || phase === 'failed') {
    endRun(scene, { run, agent, at, phase })
  } else {
    touchAgent(scene, agent, at, {}, 0.5)
    if (phase === 'retried') scene.totals = plus(scene.totals, { retried: 1 })
  }
}

function applyEscalation(scene: Scene, { id, task, state, by, at }: EventOf<'escalation'>): void {
  const before = scene.escalations.get(id)
  scene.escalations.set(id, {
    id,
    task,
    state,
    by,
    openedBy: before?.openedBy ?? by,
    openedAt: before?.openedAt ?? at,
    updatedAt: at,
  })
  touchAgent(scene, by, at, {})
  if (!before) scene.totals = plus(scene.totals, { escalated: 1 })
}

function changeRecord(scene: Scene, key: string, changes: Partial<SceneRecord>): void {
  const record = scene.records.get(key)
  if (record) scene.records.set(key, { ...record, ...changes })
}

/** Changes an agent, adding one whose start was not among the events. */
function touchAgent(scene: Scene, id: string, at: number, changes: Partial<SceneAgent>, warmth = 1): void {
  const agent = scene.agents.get(id) ?? {
    id,
    role: roles.get(id) ?? roleFromId(id),
    state: 'spawned',
    isReported: false,
    note: undefined,
    task: undefined,
    running: 0,
    activity: undefined,
    firstAt: at,
    lastAt: at,
    wrote: 0,
    read: 0,
    reused: 0,
    heat: cold,
  }
  scene.agents.set(id, { ...agent, lastAt: at, heat: warmer(agent.heat, warmth, at), ...changes })
}

/** The roles of agents as they reported them. An agent keeps its role, so replays of moments before know it as well. */
const roles = new Map<string, string>()

/** Flocks number their agents by role: `summarizer-3`. Other ids say nothing about a role. */
function roleFromId(id: string): string {
  return /^(.{1,80})[-/:.#]\d+$/.exec(id)?.[1] ?? unknownRole
}

function addLink(scene: Scene, link: Omit<SceneLink, 'number'>): void {
  scene.links.push({ ...link, number: scene.count })
  if (scene.links.length > maxLinks) scene.links.splice(0, scene.links.length - maxLinks)
}

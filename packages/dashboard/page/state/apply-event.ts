import type { SceneEvent } from '../../src/protocol/protocol.ts'
import { cold, warmer } from './heat.ts'
import { keyOf } from './scene.ts'
import type { Scene, SceneAgent, SceneRecord } from './scene.ts'
import { plus } from './totals.ts'

type EventOf<Type extends SceneEvent['type']> = Extract<SceneEvent, { readonly type: Type }>

const mostLinks = 256
/** Records that a scene remembers; those that were written longest ago leave first. */
const mostRecords = 20_000

/** Takes a scene one event further. */
export function applyEvent(scene: Scene, event: SceneEvent): void {
  scene.at = Math.max(scene.at, event.at)
  scene.count += 1
  switch (event.type) {
    case 'agent':
      return tellAgent(scene, event)
    case 'written':
      return write(scene, event)
    case 'deleted':
      return remove(scene, event)
    case 'read':
      return read(scene, event)
    case 'reused':
      return reuse(scene, event)
    case 'activity':
      return work(scene, event)
    case 'escalation':
      return escalate(scene, event)
    case 'dead-letter':
      touch(scene, event.agent, event.at, {})
      scene.totals = plus(scene.totals, { deadLetters: 1 })
  }
}

function tellAgent(scene: Scene, { agent, role, state, note, at }: EventOf<'agent'>): void {
  const told = { role, state, note, ...(state === 'ended' && { running: 0, activity: undefined }) }
  touch(scene, agent, at, told, state === 'ended' ? 0 : 1)
}

function write(scene: Scene, event: EventOf<'written'>): void {
  const { collection, id, version, author, task, label, title, tags, derivedFrom, bytes, expiresAt, at } = event
  const key = keyOf(collection, id)
  const before = scene.records.get(key)
  // So that the map stays in the order of the last writes.
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
  if (scene.records.size > mostRecords) scene.records.delete(scene.records.keys().next().value ?? '')
  const { wrote = 0, task: earlier } = scene.agents.get(author) ?? {}
  touch(scene, author, at, { wrote: wrote + 1, task: task ?? earlier })
  scene.totals = plus(scene.totals, { written: 1 })
}

function remove(scene: Scene, { collection, id, author, at }: EventOf<'deleted'>): void {
  change(scene, keyOf(collection, id), { deletedAt: at })
  touch(scene, author, at, {})
  scene.totals = plus(scene.totals, { deleted: 1 })
}

function read(scene: Scene, { agent, collection, id, count, isHit, at }: EventOf<'read'>): void {
  const key = keyOf(collection, id)
  const record = scene.records.get(key)
  if (record) {
    change(scene, key, { reads: record.reads + count, heat: warmer(record.heat, 1, at) })
    if (record.author !== agent) link(scene, { reader: agent, key, writer: record.author, at })
  }
  touch(scene, agent, at, { read: (scene.agents.get(agent)?.read ?? 0) + count }, 0.5)
  scene.totals = plus(scene.totals, { reads: count, hits: isHit ? count : 0 })
}

function reuse(scene: Scene, event: EventOf<'reused'>): void {
  const { agent, work: id, count, savedMs, savedTokens, savedUsd, at } = event
  const key = keyOf('work', id)
  const record = scene.records.get(key)
  if (record) {
    change(scene, key, { heat: warmer(record.heat, 2, at) })
    if (record.author !== agent) link(scene, { reader: agent, key, writer: record.author, at })
  }
  touch(scene, agent, at, { reused: (scene.agents.get(agent)?.reused ?? 0) + count })
  scene.totals = plus(scene.totals, { reused: count, savedMs, savedTokens, savedUsd })
}

function work(scene: Scene, event: EventOf<'activity'>): void {
  const { run, activity, agent, phase, durationMs = 0, at } = event
  const { running = 0 } = scene.agents.get(agent) ?? {}
  if (phase === 'started' && !scene.runs.has(run)) {
    scene.runs.set(run, agent)
    touch(scene, agent, at, { running: running + 1, activity })
  } else if (phase === 'done' || phase === 'failed') {
    // The start may be older than what this page was told.
    const left = scene.runs.delete(run) ? Math.max(0, running - 1) : running
    touch(scene, agent, at, { running: left, ...(left === 0 && { activity: undefined }) })
    scene.totals = plus(scene.totals, phase === 'done' ? { done: 1, workMs: durationMs } : { failed: 1 })
  } else {
    touch(scene, agent, at, {}, 0.5)
    if (phase === 'retried') scene.totals = plus(scene.totals, { retried: 1 })
  }
}

function escalate(scene: Scene, { id, task, state, by, at }: EventOf<'escalation'>): void {
  const before = scene.escalations.get(id)
  scene.escalations.set(id, { id, task, state, by, openedAt: before?.openedAt ?? at, updatedAt: at })
  touch(scene, by, at, {})
  if (!before) scene.totals = plus(scene.totals, { escalated: 1 })
}

function change(scene: Scene, key: string, by: Partial<SceneRecord>): void {
  const record = scene.records.get(key)
  if (record) scene.records.set(key, { ...record, ...by })
}

/** Whoever does something is there, whether its beginning was told or not. */
function touch(scene: Scene, id: string, at: number, by: Partial<SceneAgent>, warmth = 1): void {
  const agent = scene.agents.get(id) ?? {
    id,
    role: roleOf(id),
    state: 'spawned',
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
  scene.agents.set(id, { ...agent, lastAt: at, heat: warmer(agent.heat, warmth, at), ...by })
}

/** Agents are called after their role: `summarizer-3`, `analyst/7`. */
function roleOf(id: string): string {
  return /^[a-z][\w ]*?(?=[-/:.#]|$)/i.exec(id.slice(0, 80))?.[0] ?? 'other'
}

function link(scene: Scene, one: Omit<Scene['links'][number], 'number'>): void {
  scene.links.push({ ...one, number: scene.count })
  if (scene.links.length > mostLinks) scene.links.splice(0, scene.links.length - mostLinks)
}

import type { RunRow } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { contentSignal, onForgotten } from '../state/forgetting.ts'
import { connection, history, session } from '../state/page-state.ts'

/** The runs of the memory, newest first; `undefined` until they are loaded. */
export const runs = contentSignal<readonly RunRow[] | undefined>(undefined)
/** Why they could not be loaded. */
export const runsError = contentSignal<string | undefined>(undefined)

/** The tag of records that report on runs. */
const runTag = 'run'

let loadedFor = -1
onForgotten(() => (loadedFor = -1))
let loading: Promise<void> | undefined
let isDue = false

/** Loads the runs, unless nothing has been told of a run since. One request at a time: an older answer replaces no newer one. */
export function loadRuns(): Promise<void> {
  isDue = true
  loading ??= loadWhileDue().finally(() => (loading = undefined))
  return loading
}

async function loadWhileDue(): Promise<void> {
  while (isDue) {
    isDue = false
    await loadOnce()
  }
}

async function loadOnce(): Promise<void> {
  // The past takes long to load where there is much of it: the answers don't wait for it.
  if (session.peek() === undefined) return
  const told = toldOfRuns()
  if (told === loadedFor && runs.peek()?.some(({ state }) => state === 'running') !== true) return
  loadedFor = told
  try {
    runs.value = connection.peek() === 'file' ? (exportedRun()?.runs ?? []) : await api.runs()
    runsError.value = undefined
  } catch (error) {
    loadedFor = -1
    runsError.value = error instanceof Error ? error.message : 'The runs could not be loaded.'
  }
}

/** How many records of the scene report on runs: only then is there something new. */
function toldOfRuns(): number {
  let count = 0
  for (const { collection, tags } of history.head.records.values()) {
    if (collection === 'objects' && tags.includes(runTag)) count += 1
  }
  return count
}

import type { WriteStream } from 'node:tty'

import type { JobCounts, QueuedActivity, QueueReport, WorkerEntry } from '@skein/bullmq'

import { renderTable } from '../terminal/table.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Column } from '../terminal/table.ts'

/** Renders the workers of a queue, its activities, and what is missing. */
export function renderWorkers({ queue, workers, activities }: QueueReport, stream: WriteStream): string {
  const found =
    workers.length === 0
      ? [`No workers of the queue "${queue}". Start one: skein worker --store redis://HOST:PORT.`]
      : renderTable(workers, workerColumns, stream)
  const known = activities.length === 0 ? [] : ['', ...renderTable(activities, activityColumns, stream)]
  const missing = activities.flatMap((activity) => (activity.missing === undefined ? [] : [missingText(activity)]))
  return [...found, ...known, ...(missing.length > 0 ? ['', ...missing] : [])].join('\n')
}

function missingText({ name, waiting, missing = '' }: QueuedActivity): string {
  return plainText(`${name}: ${waiting} ${waiting === 1 ? 'waits' : 'wait'}, and nobody takes it: ${missing}`)
}

/** What has become of jobs. */
const countColumns: readonly Column<JobCounts>[] = [
  { title: 'done', of: ({ done }) => String(done), align: 'right' },
  { title: 'failed', of: ({ failed }) => String(failed), align: 'right' },
  { title: 'retried', of: ({ retried }) => String(retried), align: 'right' },
  { title: 'stalled', of: ({ stalled }) => String(stalled), align: 'right' },
]

const workerColumns: readonly Column<WorkerEntry>[] = [
  { title: 'worker', of: ({ id }) => id },
  { title: 'running', of: ({ running }) => String(running), align: 'right' },
  ...countColumns,
  { title: 'taken over', of: ({ takenOver }) => String(takenOver), align: 'right' },
  { title: '', of: ({ isDraining }) => (isDraining ? 'draining' : '') },
]

const activityColumns: readonly Column<QueuedActivity>[] = [
  { title: 'activity', of: ({ name, version }) => `${name}@${version}` },
  { title: 'text', of: ({ digest }) => digest.slice(0, 8) },
  { title: 'model', of: ({ model }) => model },
  { title: 'waiting', of: ({ waiting }) => String(waiting), align: 'right' },
  { title: 'running', of: ({ running }) => String(running), align: 'right' },
  ...countColumns,
  { title: 'workers', of: ({ workers }) => String(workers), align: 'right' },
]

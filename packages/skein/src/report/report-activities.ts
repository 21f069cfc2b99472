/**
 * The activities of a report. They wait for writes, and for a model where it is asked elsewhere, so many run at a time
 * in a thread: while one waits, another computes, and their writes share commits.
 *
 * @module
 */

import { reportWork } from './report-work.ts'
import type { ReportWork } from './report-work.ts'

const work = reportWork()

export const read: ReportWork['read'] = work.read
export const index: ReportWork['index'] = work.index
export const note: ReportWork['note'] = work.note
export const merge: ReportWork['merge'] = work.merge
export const answer: ReportWork['answer'] = work.answer

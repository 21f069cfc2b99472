/**
 * The activities of a report over a model that is asked elsewhere. They wait for it, so many run at a time in a thread.
 *
 * @module
 */

import { reportWork } from './report-work.ts'
import type { ReportWork } from './report-work.ts'

const work = reportWork('io')

export const read: ReportWork['read'] = work.read
export const index: ReportWork['index'] = work.index
export const note: ReportWork['note'] = work.note
export const merge: ReportWork['merge'] = work.merge
export const answer: ReportWork['answer'] = work.answer

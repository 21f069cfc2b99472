/**
 * The activities of a report over the built-in model. They compute, so one runs at a time in each thread.
 *
 * @module
 */

import { reportWork } from './report-work.ts'
import type { ReportWork } from './report-work.ts'

const work = reportWork('compute')

export const read: ReportWork['read'] = work.read
export const index: ReportWork['index'] = work.index
export const note: ReportWork['note'] = work.note
export const merge: ReportWork['merge'] = work.merge
export const answer: ReportWork['answer'] = work.answer

/**
 * The flock for reports, as a library: readers, summarizers and combiners that
 * summarize files with citations.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { runReport } from './report/run-report.ts'
export { planReport } from './report/plan-report.ts'
export type { ReportPlan } from './report/report-plan.ts'
export type { ReportOptions, OpenedRun } from './report/report-options.ts'
export type { Report, ReportStats, SummarySentence } from './report/report.ts'
export type { ReportProgress } from './report/progress-sum.ts'
export { CeilingError } from './report/ceiling.ts'
export type { Ceiling } from './report/ceiling.ts'
export type { CostEstimate } from './report/cost-estimate.ts'
export { askMemory } from './asking/ask-memory.ts'
export type { AskOptions, MemoryAnswers } from './asking/ask-memory.ts'
export type { AnswerPlace, MemoryAnswer } from './asking/answer-from-memory.ts'
export type { FileState } from './asking/file-state.ts'
export type { Holdings } from './asking/holdings.ts'
export { renderSummary } from './report/render-report.ts'
export { splitSections } from './sections/split-sections.ts'
export type { Section, SplitSectionsOptions } from './sections/split-sections.ts'
export { openStore } from './open/open-store.ts'
export { openModel } from './open/open-model.ts'
export type { OpenModelOptions } from './open/open-model.ts'
export { InputError } from './open/input-error.ts'

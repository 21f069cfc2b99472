/**
 * The activities of a report over a model that is asked elsewhere: they wait for it, so many run at a time in a thread.
 *
 * @module
 */

import { activity } from '@skein/core'
import type { Activity } from '@skein/core'
import type { Ref } from '@skein/memory'
import type { ReadText } from '@skein/core/executor'

import type { Note, NoteRef, Part } from './note.ts'
import { answerQuestion, indexParts, mergeNotes, readFile, takeNote, workVersion } from './report-work.ts'
import type { FileInput, MergeInput, QuestionInput } from './report-work.ts'

const shared = { kind: 'io', shared: true, version: workVersion } as const

export const read: Activity<FileInput, Ref<readonly Part[]>> = activity(readFile, shared)
export const index: Activity<readonly Part[], Ref<readonly ReadText[]>> = activity(indexParts, shared)
export const note: Activity<readonly Part[], NoteRef> = activity(takeNote, shared)
export const merge: Activity<MergeInput, NoteRef> = activity(mergeNotes, shared)
export const answer: Activity<QuestionInput, Ref<Note>> = activity(answerQuestion, shared)

import type { AnswerSource } from '@skein/core/executor'
import type { AnyRecord } from '@skein/memory/runtime'

import type { Part } from '../report/note.ts'
import type { HeldDocument } from './held-documents.ts'

/** A text that a memory holds, and where it comes from. */
export interface HeldText extends AnswerSource {
  readonly origin: Origin
}

/** Where a text comes from: a part of a file, or a record. */
export type Origin =
  | { readonly kind: 'file'; readonly document: HeldDocument; readonly part: Part }
  | { readonly kind: 'record'; readonly record: AnyRecord }

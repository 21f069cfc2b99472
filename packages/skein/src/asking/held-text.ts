import type { AnswerSource } from '@skein/core/executor'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import type { Part } from '../report/note.ts'
import type { FileState } from './file-state.ts'

/** A file that the memory holds, as it was read. */
export interface HeldDocument {
  /** As it was given. */
  readonly source: string
  readonly state: FileState
  readonly parts: readonly Part[]
  readonly label: Label
  /** Ids of the parts of all its versions. */
  readonly known: readonly string[]
}

/** A text that a memory holds, and where it comes from. */
export interface HeldText extends AnswerSource {
  readonly origin: Origin
}

/** Where a text comes from: a part of a file, or a record. */
export type Origin =
  | { readonly kind: 'file'; readonly document: HeldDocument; readonly part: Part }
  | { readonly kind: 'record'; readonly record: AnyRecord }

import { documentForm } from './document-form.ts'
import type { DocumentForm } from './document-form.ts'
import { linesOf } from './lines.ts'

/** Tells prose from tables, logs, records and code, whose lines are no sentences. */
export function textForm(text: string): DocumentForm {
  return documentForm(linesOf(text))
}

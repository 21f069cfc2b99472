import { plainText } from '@skein/memory/runtime'
import type { ForgetReport } from '@skein/memory/types'

import { countOf, countsIn } from '../terminal/amounts.ts'

/** Lines of a report on a terminal; `--json` has all. */
const maxLeft = 20

/** What was forgotten, or with `isPlan` what would be, for people. */
export function renderForgotten({ id, forgotten, contents, left }: ForgetReport, isPlan: boolean): string {
  const counts = countsIn(forgotten)
  const bytes = contents > 0 ? `, and ${countOf(contents, 'content')} of objects` : ''
  const what = counts === '' ? 'nothing' : `${counts}${bytes}`
  return [
    `${isPlan ? 'Would forget' : 'Forgot'} ${what}.`,
    ...(left.length > 0 ? ['Derived from it, and kept (--derived forget erases these, too):'] : []),
    ...left.slice(0, maxLeft).map((name) => `  ${plainText(name)}`),
    ...(left.length > maxLeft ? [`  … and ${countOf(left.length - maxLeft, 'record')} more`] : []),
    ...(id === undefined ? [] : [`skein get erasures/${id} shows the record of it.`]),
  ].join('\n')
}

import { plainText } from '@skein/memory/runtime'
import type { ForgetOptions, ForgetReport } from '@skein/memory/types'

import { countOf, countsIn } from '../terminal/amounts.ts'

/** Lines of a report on a terminal; `--json` has all. */
const maxLeft = 20

/** What was forgotten, or with `isPlan` what would be, for people. */
export function renderForgotten(
  { id, forgotten, contents, left }: ForgetReport,
  { isPlan, derived = 'report' }: { readonly isPlan: boolean; readonly derived?: ForgetOptions['derived'] },
): string {
  const counts = countsIn(forgotten)
  const bytes = contents > 0 ? `, and ${countOf(contents, 'content')} of objects` : ''
  const what = counts === '' ? 'nothing' : `${counts}${bytes}`
  const why =
    derived === 'report'
      ? 'Derived from it, and kept (--derived forget erases these, too):'
      : 'Written by others meanwhile, and kept (held, or the right erase is missing):'
  return [
    `${isPlan ? 'Would forget' : 'Forgot'} ${what}.`,
    ...(left.length > 0 ? [why] : []),
    ...left.slice(0, maxLeft).map((name) => `  ${plainText(name)}`),
    ...(left.length > maxLeft ? [`  … and ${countOf(left.length - maxLeft, 'record')} more`] : []),
    ...(id === undefined ? [] : [`skein get erasures/${id} shows the record of it.`]),
  ].join('\n')
}

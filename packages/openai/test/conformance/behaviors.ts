import { calls } from './behavior.ts'
import type { Behavior, Call, Outcome } from './behavior.ts'
import { contents } from './contents.ts'
import { endings } from './endings.ts'
import { errorsInside } from './errors-inside.ts'
import { failures } from './failures.ts'
import { forms } from './forms.ts'
import { sendings } from './sending.ts'
import { tooLong } from './too-long.ts'
import { always, ok } from './twists.ts'

/** All behaviors, by what they are about. */
export const behaviors: Readonly<Record<string, readonly Behavior[]>> = {
  'How it is sent': sendings,
  'How it ends': endings,
  'What is in it': contents,
  'Which form is accepted': forms,
  'Errors by status': failures,
  'Errors inside answers': errorsInside,
  '"Too long", in the words of': Object.entries(tooLong).map(([name, served]) => ({
    name,
    serve: always(served),
    expected: 'CONTEXT',
  })),
}

/** What becomes of each of the five calls. */
export function outcomesOf({ expected }: Behavior): Readonly<Record<Call, Outcome>> {
  const outcomes = calls.map(
    (call) => [call, typeof expected === 'string' ? expected : (expected[call] ?? ok)] as const,
  )
  return Object.fromEntries(outcomes) as Record<Call, Outcome>
}

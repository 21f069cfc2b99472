import { SkeinError } from '@skein/memory'

/** A file, a store or an argument can't be used as given. */
export class InputError extends SkeinError {
  readonly code = 'SKEIN_INPUT'
  /** The input as given. */
  readonly source: string

  /** @param problem - The rest of the sentence that begins with `source`, and the remedy. */
  constructor(source: string, problem: string, options?: ErrorOptions) {
    super(`${source} ${problem}`, options)
    this.source = source
  }
}

/** One error for all files that can't be used. */
export function badFiles(problems: readonly InputError[], total: number): InputError {
  const [first] = problems
  if (first && problems.length === 1) return first
  const list = problems.map(({ message }) => message).join(' ')
  const remedy = problems.length < total ? ' Correct them, or leave them out with --skip-bad.' : ''
  return new InputError(`${problems.length} of ${total} files`, `can't be used. ${list}${remedy}`, {
    cause: new AggregateError(problems),
  })
}

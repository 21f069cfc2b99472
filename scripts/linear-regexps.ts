import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseSync, Visitor } from 'oxc-parser'
import type { CallExpression, NewExpression } from 'oxc-parser'
import { checkSync } from 'recheck'

/** A regular expression of a source file. */
interface FoundRegExp {
  /** File and line. */
  readonly place: string
  /** Undefined where it is put together at run time. */
  readonly source: string | undefined
  readonly flags: string
}

/** Recheck takes 5 s for the most difficult one; a busy machine needs longer. In milliseconds. */
const timeout = 120_000

/**
 * Checks that no regular expression of the packages and the page takes more than
 * linear time on any input, `g` and the search for a beginning included.
 *
 * @returns what is wrong, each with file, line and a string that attacks it.
 */
export function checkRegExps(root: string): readonly string[] {
  const files = globSync('packages/*/{src,page}/**/*.{ts,tsx}', { cwd: root }).toSorted()
  const found = files.flatMap((file) => regExpsOf(file, readFileSync(join(root, file), 'utf8')))
  const verdicts = new Map<string, string | undefined>()
  return found.flatMap(({ place, source, flags }) => {
    if (source === undefined)
      return [`${place}: Write this regular expression as a literal, so that it can be checked.`]
    const text = `/${source}/${flags}`
    if (!verdicts.has(text)) verdicts.set(text, faultOf(source, flags))
    const fault = verdicts.get(text)
    return fault === undefined ? [] : [`${place}: ${text} ${fault}`]
  })
}

function faultOf(source: string, flags: string): string | undefined {
  // In this process: its faster backends are programs of other platforms.
  process.env['RECHECK_SYNC_BACKEND'] = 'pure'
  const verdict = checkSync(source, flags, { timeout })
  if (verdict.status === 'safe') return undefined
  if (verdict.status === 'unknown') return `can't be judged (${verdict.error.kind}). Write a simpler one.`
  return `takes ${verdict.complexity.summary} time, for example on ${verdict.attack.pattern}`
}

function regExpsOf(file: string, text: string): readonly FoundRegExp[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`)
  const found: FoundRegExp[] = []
  const placeOf = (offset: number): string => `${file}:${text.slice(0, offset).split('\n').length}`
  const made = ({ callee, arguments: given, start }: CallExpression | NewExpression): void => {
    if (callee.type !== 'Identifier' || callee.name !== 'RegExp') return
    const [source, flags] = given.map((argument) => (argument.type === 'Literal' ? argument.value : undefined))
    const isLiteral = typeof source === 'string' && (given.length === 1 || typeof flags === 'string')
    const known = isLiteral
      ? { source, flags: typeof flags === 'string' ? flags : '' }
      : { source: undefined, flags: '' }
    found.push({ place: placeOf(start), ...known })
  }
  new Visitor({
    Literal(node) {
      if ('regex' in node)
        found.push({ place: placeOf(node.start), source: node.regex.pattern, flags: node.regex.flags })
    },
    NewExpression: made,
    CallExpression: made,
  }).visit(program)
  return found
}

import { OptionError } from './errors.ts'

/** The type of an option's value; `any` where another check says more about it. */
export type OptionKind = 'any' | 'boolean' | 'function' | 'number' | 'object' | 'string'

/** All options of a call, with the kind of each. The compiler finds a missing one. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: OptionKind }

const articles: Readonly<Record<Exclude<OptionKind, 'any'>, string>> = {
  boolean: 'true or false',
  function: 'a function',
  number: 'a number',
  object: 'an object',
  string: 'a string',
}

/**
 * Checks that options are an object, that their names are known and that the values have the right type. For programs
 * without a type checker, in which a misspelled option would otherwise have no effect.
 *
 * An option that is `undefined` counts as left out, and so do all options.
 *
 * @param of - The call that takes them, as its caller writes it.
 * @param path - The option that holds them, unless they are the options of the call.
 * @returns the options; an empty object when they are left out.
 * @throws OptionError that names the wrong option, and the one that was probably meant.
 */
export function requireOptions<Options extends object>(
  of: string,
  options: Options | undefined,
  kinds: OptionKinds<NoInfer<Options>>,
  path?: string,
): Options {
  if (options === undefined) return {} as Options
  if (!isObject(options)) requireObject(path ?? 'options', options, `an object with options of ${of}: ${listOf(kinds)}`)
  for (const name in options) {
    // Inherited names such as `constructor` are functions and objects, never strings.
    const kind: unknown = kinds[name]
    if (typeof kind !== 'string') throw unknownOption(of, name, kinds, path)
    if (kind !== 'any') requireKind(name, path, options[name], kind as Exclude<OptionKind, 'any'>)
  }
  return options
}

/** @throws OptionError unless `value` is an object, and neither an array nor a promise. */
export function requireObject(option: string, value: unknown, expected = 'an object'): asserts value is object {
  if (!isObject(value)) throw new OptionError(option, expected, value)
  if ('then' in value && typeof value.then === 'function') {
    throw new OptionError(option, `${expected}, not a promise of one: await it first`, value)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function requireKind(name: string, path: string | undefined, value: unknown, kind: Exclude<OptionKind, 'any'>): void {
  if (value === undefined) return
  if (kind === 'object') requireObject(fullName(name, path), value)
  else if (typeof value !== kind) throw new OptionError(fullName(name, path), articles[kind], value)
}

function fullName(name: string, path: string | undefined): string {
  return path === undefined ? name : `${path}.${name}`
}

function unknownOption(
  of: string,
  name: string,
  kinds: Readonly<Record<string, OptionKind>>,
  path: string | undefined,
): OptionError {
  const meant = probablyMeant(name, Object.keys(kinds))
  const hint = meant === undefined ? `It takes ${listOf(kinds)}.` : `Did you mean \`${meant}\`?`
  return new OptionError(fullName(name, path), `\`${name}\` is not an option of ${of}. ${hint}`)
}

function listOf(kinds: Readonly<Record<string, OptionKind>>): string {
  return Object.keys(kinds).join(', ')
}

/** The name that differs least: by case, by an ending such as `Ms`, or by a letter or two. */
function probablyMeant(given: string, known: readonly string[]): string | undefined {
  const lower = given.toLowerCase()
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(lower, name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  return ranked.find(({ name, distance }) => distance <= Math.min(2, name.length / 3))?.name
}

function distanceOf(given: string, name: string): number {
  const shorter = Math.min(given.length, name.length)
  if (shorter >= 3 && (name.startsWith(given) || given.startsWith(name)))
    return Math.min(1, Math.abs(given.length - name.length))
  return editDistance(given, name)
}

/** Source: V. I. Levenshtein, 1966; letters that change places count once. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

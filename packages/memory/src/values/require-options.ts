import { OptionError } from './errors.ts'
import { probablyMeant } from './probably-meant.ts'

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

import type { RecordKey } from '../store/record.ts'
import { OptionError } from '../values/errors.ts'
import { requireInteger, requireLifetime } from '../values/require-option.ts'
import { requireObject, requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** How much of its past a record keeps. */
export interface HistoryRule {
  /**
   * Versions before the present one, the newest; 0 for none.
   *
   * @defaultValue 20
   */
  readonly versions?: number
  /**
   * How long a version is kept once it was replaced or deleted, in milliseconds.
   *
   * @defaultValue 2_592_000_000, 30 days
   */
  readonly keepMs?: number
}

/** The option `history` of `openMemory`. Give all processes that share a memory the same. */
export interface HistoryOptions extends HistoryRule {
  /** Other rules for facts whose keys begin in these ways; the longest beginning counts. 0 turns the history off. */
  readonly prefixes?: Readonly<Record<string, HistoryRule | 0>>
}

/** A rule with its defaults filled in. */
export type ResolvedRule = Required<HistoryRule>

/** All rules, the longest prefix first; the last one has none. */
export type HistoryRules = readonly (readonly [prefix: string, rule: ResolvedRule])[]

const ruleKinds: OptionKinds<HistoryRule> = { versions: 'any', keepMs: 'any' }
const kinds: OptionKinds<HistoryOptions> = { ...ruleKinds, prefixes: 'any' }

const defaults: ResolvedRule = { versions: 20, keepMs: 30 * 24 * 60 * 60 * 1_000 }
const none: ResolvedRule = { versions: 0, keepMs: 0 }
const mostVersions = 10_000

/** @throws OptionError */
export function resolveHistory(given: HistoryOptions | 0 | undefined): HistoryRules {
  if (given === 0) return [['', none]]
  const { prefixes = {}, ...general } = requireOptions('openMemory', given, kinds, 'history')
  requireObject('history.prefixes', prefixes)
  const base = resolveRule(general, defaults, 'history')
  const rules = Object.entries(prefixes).map(([prefix, rule]): HistoryRules[number] => {
    const path = `history.prefixes[${JSON.stringify(prefix)}]`
    if (prefix === '') throw new OptionError('history.prefixes', 'prefixes that are not empty', prefix)
    return [prefix, rule === 0 ? none : resolveRule(requireOptions('openMemory', rule, ruleKinds, path), base, path)]
  })
  return [...rules.toSorted(([a], [b]) => b.length - a.length), ['', base]]
}

function resolveRule(rule: HistoryRule, base: ResolvedRule, path: string): ResolvedRule {
  const { versions = base.versions, keepMs = base.keepMs } = rule
  requireInteger(`${path}.versions`, versions, 0, mostVersions)
  requireLifetime('keepMs', keepMs, 0)
  return versions === 0 || keepMs === 0 ? none : { versions, keepMs }
}

/** The rule for a record. Prefixes are those of facts. */
export function ruleFor(rules: HistoryRules, { collection, id }: RecordKey): ResolvedRule {
  const found = collection === 'facts' ? rules.find(([prefix]) => id.startsWith(prefix)) : rules.at(-1)
  return found?.[1] ?? none
}

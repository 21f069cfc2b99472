import { isDeepStrictEqual } from 'node:util'

import type { MatchCondition } from '@langchain/langgraph-checkpoint'
import { OptionError } from '@skein/memory'

/** Whether an item's value passes a filter: each field is equal, or compares as its operators say. */
export function passes(value: Readonly<Record<string, unknown>>, filter: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    const found = Object.hasOwn(value, field) ? value[field] : undefined
    return isOperators(wanted)
      ? Object.entries(wanted).every(([operator, operand]) => compare(operator, found, operand))
      : isEqual(found, wanted)
  })
}

/** Whether a namespace matches all conditions, in which `*` stands for any one name. */
export function matches(namespace: readonly string[], conditions: readonly MatchCondition[]): boolean {
  return conditions.every(({ matchType, path }) => {
    const from = matchType === 'prefix' ? 0 : namespace.length - path.length
    return path.length <= namespace.length && path.every((name, at) => name === '*' || name === namespace[from + at])
  })
}

/** The names with which every namespace begins that matches all conditions. */
export function commonBegin(conditions: readonly MatchCondition[]): readonly string[] {
  const path = conditions.find(({ matchType }) => matchType === 'prefix')?.path ?? []
  const wildcard = path.indexOf('*')
  return wildcard < 0 ? path : path.slice(0, wildcard)
}

function isOperators(wanted: unknown): wanted is object {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return false
  return Object.keys(wanted).some((name) => name.startsWith('$'))
}

function compare(operator: string, found: unknown, operand: unknown): boolean {
  switch (operator) {
    case '$eq':
      return isEqual(found, operand)
    case '$ne':
      return !isEqual(found, operand)
    case '$gt':
      return Number(found) > Number(operand)
    case '$gte':
      return Number(found) >= Number(operand)
    case '$lt':
      return Number(found) < Number(operand)
    case '$lte':
      return Number(found) <= Number(operand)
    case '$in':
      return Array.isArray(operand) && operand.some((each) => isEqual(found, each))
    case '$nin':
      return Array.isArray(operand) && !operand.some((each) => isEqual(found, each))
    default:
      throw new OptionError('filter', '$eq, $ne, $gt, $gte, $lt, $lte, $in or $nin', operator)
  }
}

/** Values are JSON data, so equal parts may be different objects. */
function isEqual(found: unknown, wanted: unknown): boolean {
  return isDeepStrictEqual(found, wanted)
}

import { activityOptions } from '../activities/activity.ts'

/**
 * What a module exports, whatever its format. Node shows what CommonJS exports as `default`, and only some of it by
 * name; a compiler that turned an ES module into CommonJS adds another `default` to that.
 */
export function moduleExports(namespace: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = exportsIn(namespace['default'])
  if (!inner) return namespace
  // Names of the module itself go before those of its default.
  return { ...exportsIn(inner['default']), ...inner, ...namespace }
}

function exportsIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const holds = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return holds && !activityOptions(value) ? (value as Readonly<Record<string, unknown>>) : undefined
}

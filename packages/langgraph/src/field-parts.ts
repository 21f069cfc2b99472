/**
 * The parts of a value at a path as LangGraph documents it: `$`, `metadata.title`, `authors[0].name`, `chapters[*].text`,
 * `tags[-1]`. What LangGraph exports for this finds nothing below `[*]`.
 */
export function partsAt(value: unknown, path: string): readonly unknown[] {
  const steps = path.match(/[^.[\]]+/g) ?? []
  return steps.reduce<readonly unknown[]>((parts, step) => parts.flatMap((part) => within(part, step)), [value])
}

function within(part: unknown, step: string): readonly unknown[] {
  if (step === '$') return [part]
  if (typeof part !== 'object' || part === null) return []
  if (step === '*') return Object.values(part)
  if (Array.isArray(part)) return /^-?\d+$/.test(step) ? [part.at(Number(step)) as unknown] : []
  return Object.hasOwn(part, step) ? [(part as Readonly<Record<string, unknown>>)[step]] : []
}

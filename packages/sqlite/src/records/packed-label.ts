import { levels } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import { unpackList } from './packed-list.ts'

/** The label in two columns of a row; the highest level if it can't be decoded. */
export function readableLabel(level: number, compartments: string): Label {
  return unpackLabel(level, compartments) ?? { sensitivity: 'confidential', compartments: [] }
}

/** The label in two columns of a row; `undefined` if it can't be decoded. */
export function unpackLabel(level: number, compartments: string): Label | undefined {
  const sensitivity = levels[level]
  try {
    const names: unknown = unpackList(compartments)
    const isList = Array.isArray(names) && names.every((name) => typeof name === 'string')
    return sensitivity !== undefined && isList ? { sensitivity, compartments: names } : undefined
  } catch {
    return undefined
  }
}

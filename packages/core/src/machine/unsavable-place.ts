import { ValueError } from '@skein/memory'
import { limits } from '@skein/memory/store'
import type { AnyActorRef } from 'xstate'

const unreadable = ['a property that throws when read', 'Convert it to a plain object first.'] as const

/**
 * Finds why XState could not make a snapshot to save: it walks contexts without end where they are circular, and reads
 * every property.
 *
 * @returns the error that names the place; `undefined` if no context is at fault.
 */
export function unsavablePlace(actor: AnyActorRef, path = ''): ValueError | undefined {
  const { context, children = {} } = actor.getSnapshot() as {
    readonly context?: unknown
    readonly children?: Readonly<Record<string, AnyActorRef>>
  }
  const own = faultIn(context, `${path}context`, [])
  if (own) return own
  for (const [id, child] of Object.entries(children)) {
    const inner = unsavablePlace(child, `${path}children["${id}"].snapshot.`)
    if (inner) return inner
  }
  return undefined
}

function faultIn(value: unknown, path: string, enclosing: readonly object[]): ValueError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (enclosing.includes(value)) {
    return new ValueError(path, 'a circular reference to an enclosing object', 'Store an id instead.')
  }
  if (enclosing.length > limits.depth) {
    return new ValueError(path, `more than ${limits.depth} levels of nesting`, 'Flatten the value.')
  }
  try {
    // XState saves a reference to an actor as the actor's id.
    if ('sessionId' in value && 'send' in value && 'ref' in value) return undefined
    // As XState does, also what is inherited.
    for (const key in value) {
      const inner = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`
      const fault = readableFault(value, key, inner) ?? faultIn((value as Values)[key], inner, [...enclosing, value])
      if (fault) return fault
    }
    return undefined
  } catch {
    return new ValueError(path, ...unreadable)
  }
}

type Values = Readonly<Record<string, unknown>>

function readableFault(value: object, key: string, path: string): ValueError | undefined {
  try {
    void (value as Values)[key]
    return undefined
  } catch {
    return new ValueError(path, ...unreadable)
  }
}

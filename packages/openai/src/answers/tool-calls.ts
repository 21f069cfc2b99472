import type { RawToolCall } from '@skein/core/executor'

import { fieldsOf, textOf } from '../wire/json-values.ts'

/**
 * Puts tool calls together. Ids decide which piece belongs to which call; where there are none,
 * the index does, and where it is missing or the same for all, a piece that begins again.
 */
export class ToolCallList {
  readonly #calls: RawToolCall[] = []
  readonly #byIndex = new Map<unknown, RawToolCall>()

  /** Takes a complete call. */
  addWhole(part: unknown): void {
    append(this.#open(), part)
  }

  /** Takes a piece of a stream. */
  addPiece(part: unknown): void {
    const { index, function: called, id } = fieldsOf(part)
    const call = this.#find(textOf(id), index, fieldsOf(called)['name']) ?? this.#open()
    if (index !== undefined && index !== null) this.#byIndex.set(index, call)
    append(call, part)
  }

  /** All calls, each with an id of its own. */
  list(): readonly RawToolCall[] {
    const ids = new Set<string>()
    return this.#calls.map((call, place) => {
      let { id } = call
      for (let number = place + 1; id === '' || ids.has(id); number += 1) id = `call_${number}`
      ids.add(id)
      return { ...call, id }
    })
  }

  #open(): RawToolCall {
    const call = { id: '', name: '', arguments: '' }
    this.#calls.push(call)
    return call
  }

  #find(id: string, index: unknown, name: unknown): RawToolCall | undefined {
    const named = id === '' ? undefined : this.#calls.find((call) => call.id === id)
    if (named) return named
    const last = (index === undefined || index === null ? undefined : this.#byIndex.get(index)) ?? this.#lastFor(index)
    if (!last) return undefined
    const isOther = id !== '' && last.id !== ''
    const beginsAnew = id === '' && textOf(name) !== '' && isComplete(last.arguments)
    return isOther || beginsAnew ? undefined : last
  }

  /** Without an index, a piece goes on where the last one stopped. */
  #lastFor(index: unknown): RawToolCall | undefined {
    return index === undefined || index === null ? this.#calls.at(-1) : undefined
  }
}

function append(call: RawToolCall, part: unknown): void {
  const { id, function: called, ...bare } = fieldsOf(part)
  // The older form has no wrapper.
  const { name, arguments: given } = called === undefined ? bare : fieldsOf(called)
  call.id ||= textOf(id)
  // Some servers repeat the name with each piece.
  if (textOf(name) !== call.name) call.name += textOf(name)
  if (typeof given === 'object' && given !== null) call.arguments = JSON.stringify(given)
  else call.arguments += textOf(given)
}

function isComplete(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

import { labelText, parseLabel } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

// Fields of a row's head are separated by spaces, lines of a row by line breaks: names must hold neither. Most names
// and labels are plain, and copies in other processes count as current until this is done: plain ones stay as they are.

export function encodeName(name: string): string {
  return plainName.test(name) ? name : name.replaceAll(otherCharacters, encodeURIComponent)
}

/** Visible ASCII without the percent sign. */
const plainName = /^[!-$&-~]*$/
/** In runs, so that no pair of surrogates is parted. */
const otherCharacters = /[^!-$&-~]+/g

export function decodeName(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

export function encodeTask(task: string | undefined): string {
  // A task may have the name "-" too.
  return task === undefined ? '-' : `=${encodeName(task)}`
}

export function decodeTask(text: string): string | undefined {
  return text === '-' ? undefined : decodeName(text.slice(1))
}

export function encodeLabel(level: Label['sensitivity'], compartments: readonly string[]): string {
  return compartments.length === 0 ? level : labelText({ level, compartments })
}

export function decodeLabel(text: string): Label {
  return text === 'public' ? { sensitivity: 'public', compartments: [] } : parseLabel(text)
}

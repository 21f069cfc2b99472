/** How thoughts begin and end where servers leave them in the answer. */
const marks: ReadonlyMap<string, string> = new Map([
  ...['think', 'thinking', 'thought', 'reasoning'].map((name) => [`<${name}>`, `</${name}>`] as const),
  ['[THINK]', '[/THINK]'],
])
const longestMark = Math.max(...[...marks.keys()].map((mark) => mark.length))

/**
 * Takes what a model thinks aloud out of its answer, piece by piece. Only what the answer begins
 * with is taken: further down, such a tag belongs to the text.
 */
export class ThoughtFilter {
  #held = ''
  #closing: string | undefined
  #state: 'start' | 'thinking' | 'between' | 'text' = 'start'
  #thoughts: string[] = []

  get thoughts(): string {
    return this.#thoughts.join('').trim()
  }

  /** Takes the next piece. Returns the part of the answer that is certain by now. */
  add(piece: string): string {
    if (this.#state === 'text') return piece
    this.#held += piece
    if (this.#state === 'start') this.#begin()
    if (this.#state === 'thinking') this.#think()
    if (this.#state === 'between' && this.#held.trimStart() !== '') {
      this.#held = this.#held.trimStart()
      this.#state = 'text'
    }
    if (this.#state !== 'text') return ''
    return this.#release()
  }

  /** Returns what was held back to the end. Thoughts that do not end are no answer. */
  end(): string {
    const rest = this.#release()
    if (this.#state === 'thinking') this.#thoughts.push(rest)
    return this.#state === 'start' ? rest : ''
  }

  #begin(): void {
    const text = this.#held.trimStart()
    for (const [opening, closing] of marks) {
      if (!text.startsWith(opening)) continue
      this.#held = text.slice(opening.length)
      this.#closing = closing
      this.#state = 'thinking'
      return
    }
    const mayBecomeOne = text.length < longestMark && [...marks.keys()].some((opening) => opening.startsWith(text))
    if (!mayBecomeOne) this.#state = 'text'
  }

  #think(): void {
    const closing = this.#closing ?? ''
    const end = this.#held.indexOf(closing)
    // The mark may be parted between two pieces.
    const certain = end === -1 ? Math.max(0, this.#held.length - closing.length + 1) : end
    this.#thoughts.push(this.#held.slice(0, certain))
    this.#held = this.#held.slice(end === -1 ? certain : end + closing.length)
    if (end !== -1) this.#state = 'between'
  }

  #release(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }
}

/**
 * Parts an answer whose thoughts have only an end: some chat templates write the beginning into
 * the prompt. The end stands on a line of its own.
 */
export function withoutThoughtsBefore(text: string): { readonly text: string; readonly thoughts: string } {
  const mark = '\n</think>\n'
  const end = text.indexOf(mark)
  if (end === -1) return { text, thoughts: '' }
  return { text: text.slice(end + mark.length).trimStart(), thoughts: text.slice(0, end).trim() }
}

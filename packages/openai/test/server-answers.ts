import { createHash } from 'node:crypto'

/** A chat request as it comes over the wire; only what the server looks at. */
export interface WireRequest {
  readonly model: string
  readonly messages: readonly WireMessage[]
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage?: boolean }
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly response_format?: { readonly type?: string; readonly json_schema?: { readonly name: string } }
}

interface WireMessage {
  readonly role: string
  readonly content: string | null
}

/** A sentence that ends as one, without a line break. */
const sentence = /[^.!?\n]+[.!?]+/g

/**
 * What the server answers: always the same to the same, made of what it was
 * given, so that citations can be checked. Nothing is understood.
 */
export function answerTo(request: WireRequest): string {
  const last = withoutForm(request.messages.findLast(({ role }) => role === 'user')?.content ?? '')
  if (isCitation(request)) return citedAnswer(request)
  if (request.response_format || isInWords(request)) return JSON.stringify({ echo: last.slice(-80) })
  return `You said: ${last.slice(-200)}`
}

/** A question without the words that say which form its answer must have. */
export function withoutForm(text: string): string {
  return text.split(/\n\nAnswer with (?:a single JSON value|at most \d)/)[0] ?? ''
}

/** The text of a content, which may be a list of parts. */
export function contentOf(content: unknown): string | null {
  if (!Array.isArray(content)) return content as string | null
  return (content as readonly { readonly text: string }[]).map(({ text }) => text).join('')
}

/** Whether citations are wanted: the schema says so, or its words where it is told in the prompt. */
function isCitation({ response_format: format, messages }: WireRequest): boolean {
  if (format?.json_schema) return format.json_schema.name === 'cited_answer'
  return isInWords({ messages }) && messages.some(({ content }) => content?.includes('"quotes"'))
}

/** Whether the schema is told in the prompt. */
export function isInWords({ messages }: Pick<WireRequest, 'messages'>): boolean {
  return messages.some(({ content }) => content?.includes('fits this JSON Schema'))
}

/** The sentences that share most words with the question, each passage having its say in turn. */
function citedAnswer({ messages }: WireRequest): string {
  const asked = messages.findLast(({ content }) => content?.includes('\n<data>\n'))?.content ?? ''
  const [, block = '', told = ''] = /\n<data>\n([^]*?)\n<\/data>([^]*)$/.exec(asked) ?? []
  const question = withoutForm(told)
  const most = Number(/at most (\d+)/.exec(told)?.[1] ?? 1)
  const passages = block.split('\n').map((line) => JSON.parse(line) as { id: string; text: string })
  const wanted = new Set(question.toLowerCase().match(/\p{L}{4,}/gu))
  const found = passages.flatMap(({ id, text }) =>
    (text.match(sentence) ?? []).map((raw, place) => {
      const words = raw.toLowerCase().match(/\p{L}{4,}/gu) ?? []
      return {
        id,
        text: raw.trim(),
        place,
        score: words.filter((word) => wanted.has(word)).length,
        words: words.length,
      }
    }),
  )
  const chosen = found
    .filter(({ words }) => words >= 3)
    .toSorted((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, most)
  return JSON.stringify({
    sentences: chosen.map(({ id, text }) => ({ text, quotes: [{ passage: id, quote: text }] })),
  })
}

/** A vector of a text: the same for the same. */
export function vectorOf(text: string, dimensions = 8): number[] {
  const digest = createHash('sha256').update(text).digest()
  return Array.from({ length: dimensions }, (_, index) => Math.fround(((digest[index % 32] ?? 0) - 128) / 128))
}

/** Tokens, as this server counts them: words and marks. */
export function countTokens(text: string): number {
  return text.match(/\w+|[^\w\s]/g)?.length ?? 0
}

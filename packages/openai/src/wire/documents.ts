import type { HttpReply } from './http-post.ts'
import { isPage, ServerFailure } from './server-failure.ts'

/** Stands for `[DONE]`: the server says that its stream is complete. */
export const done: unique symbol = Symbol('done')

/**
 * Reads the JSON documents of a body: all events of a stream, or the one of a whole answer,
 * whichever the server chose to send.
 *
 * @throws ServerFailure for a page, and for an event that is an error; SyntaxError for what is
 * no JSON; ConnectionError when the connection breaks.
 */
export async function* readDocuments(reply: HttpReply): AsyncGenerator {
  const type = reply.headers['content-type'] ?? ''
  let isStream = type.includes('event-stream') || type.includes('ndjson') ? true : undefined
  const lines = new Lines()
  const event = new EventReader(reply)
  const whole: string[] = []
  for await (const text of decoded(reply.body)) {
    isStream ??= beginsAsStream(text)
    if (!isStream) {
      whole.push(text)
      continue
    }
    for (const line of lines.add(text)) yield* event.addLine(line)
  }
  if (isStream) yield* event.end(lines.rest())
  else yield parseWhole(reply, whole.join(''))
}

/** UTF-8, of which a chunk may end in the middle of a letter; without its byte order mark. */
async function* decoded(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield text
  }
}

/** Some servers announce a stream as plain text. `undefined` while only white space came. */
function beginsAsStream(text: string): boolean | undefined {
  const start = text.trimStart()
  return start === '' ? undefined : /^(?:data|event|id|retry)?:/.test(start)
}

function parseWhole(reply: HttpReply, text: string): unknown {
  if (isPage(reply.headers, text)) throw new ServerFailure(reply, text)
  return checked(reply, JSON.parse(text) as unknown)
}

/** @throws ServerFailure when a document is an error. */
function checked(reply: HttpReply, document: unknown): unknown {
  const failure = ServerFailure.in(reply, document)
  if (failure) throw failure
  return document
}

/** Parts text into lines, which end in a line feed, a carriage return, or both. */
class Lines {
  #parts: string[] = []
  #endedInReturn = false

  add(text: string): string[] {
    const lines: string[] = []
    let start = this.#endedInReturn && text.startsWith('\n') ? 1 : 0
    for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
      if (index < start) continue
      lines.push(this.#parts.join('') + text.slice(start, index))
      this.#parts = []
      start = index + end.length
    }
    if (start < text.length) this.#parts.push(text.slice(start))
    this.#endedInReturn = text.endsWith('\r')
    return lines
  }

  rest(): string {
    return this.#parts.join('')
  }
}

/** Puts server-sent events together; lines of bare JSON count as events, too. */
class EventReader {
  readonly #reply: HttpReply
  #data: string[] = []
  #isError = false

  constructor(reply: HttpReply) {
    this.#reply = reply
  }

  *addLine(line: string): Generator {
    if (line === '') return void (yield* this.#dispatch())
    if (line.startsWith('{')) return void (yield this.#parse(line))
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = line.slice(colon + 1)
    const text = value.startsWith(' ') ? value.slice(1) : value
    if (field === 'data') this.#data.push(text)
    if (field === 'event' && text === 'error') this.#isError = true
    // llama.cpp's way.
    if (field === 'error') throw new ServerFailure(this.#reply, text)
  }

  /** What stands at the end of a body that breaks off in the middle of an event is no event. */
  *end(rest: string): Generator {
    try {
      if (rest !== '') yield* this.addLine(rest)
      yield* this.#dispatch()
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }

  *#dispatch(): Generator {
    const [data, isError] = [this.#data.join('\n'), this.#isError]
    this.#data = []
    this.#isError = false
    if (isError) throw new ServerFailure(this.#reply, data)
    if (data.trim() === '[DONE]') yield done
    else if (data !== '') yield this.#parse(data)
  }

  #parse(text: string): unknown {
    return checked(this.#reply, JSON.parse(text) as unknown)
  }
}

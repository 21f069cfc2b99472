import type { HttpReply } from './http-post.ts'
import { fieldsOf, listOf, textOf } from './json-values.ts'
import type { Fields } from './json-values.ts'

/**
 * A server said no: by a status, by an error in place of an answer, or within one.
 *
 * What it said may quote the prompt and the key. It is read here, to tell what is wrong, and
 * never leaves this package.
 */
export class ServerFailure extends Error {
  readonly url: URL
  readonly headers: HttpReply['headers']
  /** The status of the reply, or the one that its error states; `undefined` in a stream. */
  readonly status: number | undefined
  /** The server's own codes, as far as they are words. */
  readonly words: { readonly code: string; readonly type: string; readonly param: string }
  /** The server's explanation, its codes included, in lower case. */
  readonly said: string
  /** Whether it tells more than that something is wrong. */
  readonly isExplained: boolean
  /** Whether it is JSON, as this API's errors are. */
  readonly isJson: boolean
  /** Whether it is a page for people. */
  readonly isPage: boolean

  constructor({ url, headers, status }: HttpReply, text: string, document: unknown = parsed(text)) {
    super('The server reported a failure.')
    const error = errorIn(document)
    const stated = [error['code'], error['status'], error['status_code']].find(isStatus)
    this.url = url
    this.headers = headers
    this.status = status >= 300 ? status : stated === undefined ? undefined : Number(stated)
    this.words = { code: textOf(error['code']), type: textOf(error['type']), param: textOf(error['param']) }
    this.isJson = document !== undefined
    this.isPage = isPage(headers, text)
    const explanation = textOf(error['message']) || textOf(error['detail'])
    this.isExplained = this.words.param !== '' || explanation.length > shortest
    this.said = (document === undefined ? text : JSON.stringify(error)).slice(0, mostSaid).toLowerCase()
  }

  /** The failure that a document of a successful reply states; `undefined` if it states none. */
  static in(reply: HttpReply, document: unknown): ServerFailure | undefined {
    if (errorsIn(document).some(isStated)) return new ServerFailure(reply, '', document)
    const { object, choices, data, output, type, detail, message } = fieldsOf(document)
    const isAnswer = [choices, data, output].some(Array.isArray) || (textOf(type) !== '' && type !== 'error')
    const isFailure = object === 'error' || type === 'error' || isStated(detail) || isStated(message)
    return !isAnswer && isFailure ? new ServerFailure(reply, '', document) : undefined
  }
}

/** Enough for an explanation; the rest is quoted from the request. */
const mostSaid = 2_000
/** `Bad request`, `Invalid request: unsupported parameter`: what is shorter explains nothing. */
const shortest = 40

/** Whether a body is a page for people, as from a server that has this API at another address. */
export function isPage(headers: HttpReply['headers'], text: string): boolean {
  return (headers['content-type'] ?? '').includes('text/html') || text.trimStart().startsWith('<')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Where servers put errors: around, into a choice, into the response that an event carries; Gemini into a list. */
function errorsIn(document: unknown): unknown[] {
  const whole = fieldsOf(Array.isArray(document) ? document[0] : document)
  return [whole['error'], fieldsOf(listOf(whole['choices'])[0])['error'], fieldsOf(whole['response'])['error']]
}

/** `error: null`, `error: ''` and `error: {}` accompany good answers, too. */
function isStated(error: unknown): boolean {
  return textOf(error) !== '' || listOf(error).length > 0 || Object.keys(fieldsOf(error)).length > 0
}

/** The part that tells what is wrong: not all servers wrap it in `error`. */
function errorIn(document: unknown): Fields {
  const error = errorsIn(document).find(isStated) ?? document
  return typeof error === 'object' ? fieldsOf(Array.isArray(error) ? error[0] : error) : { message: error }
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(Number(value)) && Number(value) >= 400 && Number(value) < 600
}

import type { FailureSigns } from '@skein/core/executor'

import { fieldsOf, parsed, textOf } from './fields.ts'
import type { Fields } from './fields.ts'

/** Enough for an explanation; the rest is quoted from the request. */
const mostSaid = 2_000

/** The properties of what was thrown; of retries of the SDK, the last failure. */
export function failureFields(error: unknown): Fields {
  const fields = fieldsOf(error)
  if (fields['lastError'] !== undefined) return failureFields(fields['lastError'])
  if (typeof error === 'string') return { message: error }
  // These are no properties of an error's own.
  return error instanceof Error ? { ...fields, name: error.name, message: error.message, cause: error.cause } : fields
}

/** What tells why a provider failed: a reply of its server, or an error that it put into a stream. */
export function signsOf(failure: Fields): FailureSigns {
  const body = textOf(failure['responseBody'])
  const document = fieldsOf(parsed(body) ?? failure['data'] ?? failure)
  const error = typeof document['error'] === 'string' ? document : fieldsOf(document['error'] ?? document)
  const { code, type, message, status } = error
  const stated = [failure['statusCode'], code, status].map(Number).find((number) => number >= 300 && number < 600)
  return {
    status: stated,
    words: { code: textOf(code), type: textOf(type) || textOf(status) },
    said: (body === '' ? JSON.stringify([failure['message'], code, type, message]) : body)
      .slice(0, mostSaid)
      .toLowerCase(),
    isJson: parsed(body) !== undefined,
    isPage: body.trimStart().startsWith('<'),
  }
}

/** Whether the provider's server says what is wrong; else the failure is one of the SDK, or of the connection. */
export function isFromServer(failure: Fields): boolean {
  const { statusCode, responseBody, name, data } = failure
  if (typeof statusCode === 'number' && statusCode >= 300) return true
  const text = textOf(responseBody)
  const { error } = fieldsOf(parsed(text))
  // A reply that reports success, and holds an error or a page all the same.
  if (text.trimStart().startsWith('<') || (error !== undefined && error !== null)) return true
  // What a provider puts into a stream is its server's own object, or that in an error of the SDK.
  return name === undefined || (name === 'AI_StreamProviderError' && data !== undefined)
}

/** The code of a failed connection, however deep it is: `fetch` wraps it, and so does the SDK. */
export function networkCodeOf(failure: Fields): string {
  let error: unknown = failure
  for (let depth = 0; depth < 5; depth += 1) {
    const { code, cause, errors } = fieldsOf(error)
    if (networkCode.test(textOf(code))) return textOf(code)
    // Of several addresses that were tried, one stands for all.
    error = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return ''
}

const networkCode = /^(?:E[A-Z_]+|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_\w+)$/

/** Whether a connection failed before a request can have gone out. */
export function wasUnsent(code: string): boolean {
  return unsent.test(code)
}

const unsent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_INVALID_URL)$/

/** The address of a call, without what may be secret. */
export function addressOf(url: unknown): string | undefined {
  const parts = URL.parse(textOf(url))
  return parts ? `${parts.origin}${parts.pathname}` : undefined
}

/** A code that quotes nothing. */
export function shortWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : undefined
}

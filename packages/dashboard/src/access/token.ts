import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import { OptionError } from '@skein/memory'

/** The token of a dashboard, and the cookie that it is exchanged for. */
export interface Secret {
  /** The token that the link carries. */
  readonly token: string
  /** Differs between dashboards, since all ports of a host share their cookies. */
  readonly cookieName: string
  isToken(value: string): boolean
  isCookie(value: string): boolean
  /** The value of `Set-Cookie`. */
  cookie(path: string, isSecure: boolean): string
}

/**
 * Derives the secret from a token.
 *
 * @param token - Random by default.
 * @throws OptionError when the token is too short or has other characters.
 */
export function makeSecret(token: string = randomBytes(32).toString('base64url')): Secret {
  if (!/^[\w-]{32,256}$/.test(token)) {
    throw new OptionError('token', 'a string of 32 to 256 letters, digits, `-` or `_`', `${token.length} characters`)
  }
  // A value of its own: a leaked cookie does not reveal the link.
  const cookieValue = createHmac('sha256', token).update('skein dashboard cookie').digest('base64url')
  const cookieName = `skein-${createHash('sha256').update(token).digest('hex').slice(0, 8)}`
  return {
    token,
    cookieName,
    isToken: (value) => isEqual(value, token),
    isCookie: (value) => isEqual(value, cookieValue),
    cookie: (path, isSecure) =>
      `${cookieName}=${cookieValue}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  }
}

/** Compares in constant time. */
function isEqual(value: string, expected: string): boolean {
  const [a, b] = [value, expected].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}

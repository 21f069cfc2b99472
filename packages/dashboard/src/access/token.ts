import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import { OptionError } from '@skein/memory'

/** The secret of a dashboard, and the cookie that it is exchanged for. */
export interface Secret {
  /** What the link carries. */
  readonly token: string
  /** The cookie's name: cookies of all ports of a host lie in one jar. */
  readonly cookieName: string
  isToken(given: string): boolean
  isCookie(given: string): boolean
  /** The value of `Set-Cookie`. */
  cookie(path: string, isSecure: boolean): string
}

/** Makes a secret of a token, a new one unless it is given. @throws OptionError when it is too short to be one. */
export function makeSecret(token: string = randomBytes(32).toString('base64url')): Secret {
  if (!/^[\w-]{32,256}$/.test(token)) {
    throw new OptionError('token', '32 to 256 letters, digits, `-` or `_`', `${token.length} characters`)
  }
  // The cookie is another secret: who sees it has not got the link.
  const value = createHmac('sha256', token).update('skein dashboard cookie').digest('base64url')
  const cookieName = `skein-${createHash('sha256').update(token).digest('hex').slice(0, 8)}`
  return {
    token,
    cookieName,
    isToken: (given) => isEqual(given, token),
    isCookie: (given) => isEqual(given, value),
    cookie: (path, isSecure) =>
      `${cookieName}=${value}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  }
}

/** Compares in a time that tells nothing of where they differ. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}

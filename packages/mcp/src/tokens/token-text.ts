import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new token, and what is kept of it. */
export interface NewToken {
  /** Names the token in lists; part of its text, so that no list has to be searched. */
  readonly id: string
  /** What the client sends. */
  readonly text: string
  readonly hash: string
}

/** Makes a token of 256 random bits. */
export function makeToken(): NewToken {
  const id = randomBytes(6).toString('hex')
  const text = `skein_${id}_${randomBytes(32).toString('base64url')}`
  return { id, text, hash: hashOf(text) }
}

/** The id in a token's text; `undefined` when it has another form. */
export function tokenId(text: string): string | undefined {
  return /^skein_([0-9a-f]{12})_[\w-]{43}$/.exec(text)?.[1]
}

/** Whether a text is the token with this hash. Takes the same time whatever it is. */
export function isToken(text: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(expected))
}

/** The token is random itself: there is nothing to guess, so that a slow hash would protect nothing. */
function hashOf(text: string): string {
  return hash('sha256', text, 'hex')
}

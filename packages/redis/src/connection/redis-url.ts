import { OptionError } from '@skein/memory'
import type { RedisOptions } from 'ioredis'

/** What the URL of a server may look like, for messages. */
const form = 'redis://user:password@host:port/database, or rediss:// for TLS'

/**
 * Reads the URL of a server. Whatever is not understood is refused, instead of leading
 * to another server or database than was meant.
 *
 * @throws OptionError, whose message shows no password.
 */
export function parseRedisUrl(text: unknown): RedisOptions {
  const refuse = (expected: string): OptionError => new OptionError('url', expected, withoutPassword(String(text)))
  if (typeof text !== 'string' || !/^rediss?:\/\//.test(text)) throw refuse(form)
  if (/[\s\p{Cc}]/u.test(text)) throw refuse(`a URL without spaces, such as ${form}`)
  if (!URL.canParse(text)) throw refuse(`${form}, with a port from 1 to 65535`)
  const url = new URL(text)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!/^[\w.-]+$/.test(host) && !host.includes(':')) throw refuse(`a URL with a host, such as ${form}`)
  if (url.port === '0') throw refuse(`${form}, with a port from 1 to 65535`)
  const [, database] = /^\/?(\d{0,9})$/.exec(url.pathname) ?? []
  if (database === undefined) throw refuse('a URL whose path is empty or the number of a database, such as /2')
  const [username, password] = [decoded(url.username), decoded(url.password)]
  if (username === undefined || password === undefined) {
    throw refuse('a URL whose user and password are percent-encoded (a percent sign itself is %25)')
  }
  if (username !== '' && password === '') throw refuse('a URL with a password beside the user')
  return {
    host,
    port: Number(url.port || '6379'),
    db: Number(database),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    ...family(url, refuse),
  }
}

/** The URL as messages show it. */
export function withoutPassword(url: string): string {
  const from = url.indexOf('//') + 2
  const to = url.lastIndexOf('@')
  return from > 1 && to >= from ? `${url.slice(0, from)}…${url.slice(to)}` : url
}

/** The only parameter that is known; a fragment means nothing. */
function family(url: URL, refuse: (expected: string) => OptionError): RedisOptions {
  const [[name, value] = [], ...others] = url.searchParams
  if (url.hash !== '' || others.length > 0 || (name !== undefined && name !== 'family')) {
    throw refuse('a URL without parameters other than family (the database is the path, such as /2)')
  }
  if (name === undefined) return {}
  if (value !== '0' && value !== '4' && value !== '6') throw refuse('a URL whose family is 0, 4 or 6')
  return { family: Number(value) }
}

/** `undefined` if it is not percent-encoded well. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

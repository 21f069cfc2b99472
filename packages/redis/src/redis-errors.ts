import { OutcomeUnknownError, SkeinError, StoreError, StoreFullError } from '@skein/memory'

/** What the server's own words mean, and what helps. Prefixes: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const replies: readonly (readonly [beginning: RegExp, advice: string])[] = [
  [
    /^(?:NOAUTH|WRONGPASS)|invalid password/i,
    'Give the right user and password in the URL: redis://user:password@host.',
  ],
  [/^NOPERM/, 'Let this user run the command (ACL SETUSER), or use another user.'],
  [/^READONLY/, 'This is a read-only replica. Name its master.'],
  [
    /^(?:MOVED|ASK|CROSSSLOT|CLUSTERDOWN)/,
    'This is a node of a cluster. Give a cluster client: redisStore({ client }).',
  ],
  [/^MISCONF/, 'The server can not save to its disk. Free some space there, or see its log.'],
  [/^LOADING/, 'The server is still loading its data. Try again in a moment.'],
  [/^BUSY/, 'A script keeps the server busy. Try again, or find out who runs it.'],
  [/^(?:NOREPLICAS|MASTERDOWN)/, 'The server has lost its replicas or its master. Try again when they are back.'],
]

/**
 * Wraps what a client throws, once, in the error that says what to do about it.
 *
 * @param isWrite - Whether the command may have changed something before its answer was lost.
 */
export function wrapError(operation: string, where: string, thrown: unknown, isWrite = false): SkeinError {
  if (thrown instanceof SkeinError) return thrown
  const { message, name, code } = thrown as { message?: string; name?: string; code?: string }
  const said = message ?? String(thrown)
  const cause = { cause: thrown }
  if (/\bOOM\b/.test(said)) {
    return new StoreFullError(
      operation,
      `${where} has no memory left. Nothing of this write was kept: raise its maxmemory or delete something.`,
      cause,
    )
  }
  const [, advice] = replies.find(([beginning]) => beginning.test(said)) ?? []
  if (advice) return new StoreError(operation, `${where} refused ${operation}. ${advice} (It said: ${said})`, cause)
  if (
    name === 'MaxRetriesPerRequestError' ||
    ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(code ?? '')
  ) {
    return new StoreError(
      operation,
      `${where} can't be reached. Check that it runs and that its address is right.`,
      cause,
    )
  }
  if (/timed out|Connection is closed|ECONNRESET|EPIPE|Socket closed|disconnect/i.test(`${said} ${code ?? ''}`)) {
    if (isWrite) {
      return new OutcomeUnknownError(
        operation,
        `The link to ${where} failed in the middle of a write: it may or may not have happened. Read the record to know.`,
        cause,
      )
    }
    return new StoreError(operation, `${where} did not answer in time. Try again, or see how it is doing.`, cause)
  }
  return new StoreError(operation, `${where}: ${operation} failed: ${said}`, cause)
}

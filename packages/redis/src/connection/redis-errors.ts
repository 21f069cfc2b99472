import { OptionError, OutcomeUnknownError, SkeinError, StoreError, StoreFullError } from '@skein/memory'

/** What to do about an error reply, by its prefix: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const remedies: readonly (readonly [prefix: RegExp, remedy: string])[] = [
  [
    /^(?:NOAUTH|WRONGPASS)|invalid password/i,
    'Give the right user and password in the URL: redis://user:password@host.',
  ],
  [
    /^NOPERM|ACL failure in script|user executing the script can't/,
    'Grant this user the permission (the Redis guide has the complete rule for ACL SETUSER), or connect as another user.',
  ],
  [/^READONLY/, 'This is a read-only replica. Use the address of its master.'],
  [
    /^(?:MOVED|ASK|CROSSSLOT|CLUSTERDOWN)/,
    'This server is a node of a cluster. Give a cluster client: redisStore({ client }).',
  ],
  [/^MISCONF/, "The server can't save to its disk. Free some space there, or read its log."],
  [/^LOADING/, 'The server is still loading its data. Try again in a moment.'],
  [/^BUSY/, 'A script keeps the server busy. Try again, or find the client that runs it.'],
  [/^(?:NOREPLICAS|MASTERDOWN)/, 'The server has lost its replicas or its master. Try again when they are back.'],
]

/**
 * Wraps an error of a client, once, in one that says what to do about it.
 *
 * @param isWrite - Whether the command may have changed something although its answer was lost.
 */
export function wrapError(operation: string, where: string, thrown: unknown, isWrite = false): SkeinError {
  if (thrown instanceof SkeinError) return thrown
  const { message, name, code } = thrown as { message?: string; name?: string; code?: string }
  const reply = message ?? String(thrown)
  const cause = { cause: thrown }
  if (/\bOOM\b/.test(reply)) {
    return new StoreFullError(
      operation,
      `${where} is out of memory. Nothing of this write was stored. Raise its maxmemory, or delete data.`,
      cause,
    )
  }
  if (/^ERR (?:DB index|invalid DB index)/.test(reply)) {
    return new OptionError(
      'url',
      'a URL with the number of a database that the server has (`CONFIG GET databases`)',
      where,
    )
  }
  const [, remedy] = remedies.find(([prefix]) => prefix.test(reply)) ?? []
  if (remedy) return new StoreError(operation, `${where} refused ${operation}. ${remedy} (Its reply: ${reply})`, cause)
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
  if (/timed out|Connection is closed|ECONNRESET|EPIPE|Socket closed|disconnect/i.test(`${reply} ${code ?? ''}`)) {
    if (isWrite) {
      return new OutcomeUnknownError(
        operation,
        `The connection to ${where} failed during a write, which may or may not have happened. Read the record to find out.`,
        cause,
      )
    }
    return new StoreError(
      operation,
      `${where} did not answer in time. Try again, or check the load of the server.`,
      cause,
    )
  }
  return new StoreError(operation, `${where}: ${operation} failed: ${reply}`, cause)
}

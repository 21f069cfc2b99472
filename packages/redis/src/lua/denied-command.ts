/**
 * An error that names the command which the user may not run within a script.
 * Redis before 7.2 tells only the line; any other error stays as it is.
 */
export function withDeniedCommand(script: string, error: unknown): unknown {
  const message = String(error)
  const [, line] = (/user executing the script can't/i.test(message) && /user_script:\s?(\d+)/i.exec(message)) || []
  if (line === undefined) return error
  const text = script.split('\n')[Number(line) - 1] ?? ''
  // A script that chooses between two commands keeps the name in a variable.
  const named = text.includes('call(command')
    ? script.matchAll(/\bcommand(?:, \w+)? = '([A-Z]+)'/g)
    : text.matchAll(/call\('([A-Z]+)'/g)
  const commands = [...named].map(([, name]) => `'${name?.toLowerCase()}'`)
  if (commands.length === 0) return error
  const denied = /run this command/.test(message) ? 'run' : 'use with these keys or channels'
  return new Error(`NOPERM this user has no permissions to ${denied} ${commands.join(' or ')}, in a script`, {
    cause: error,
  })
}

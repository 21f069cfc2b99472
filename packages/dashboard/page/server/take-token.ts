/**
 * Removes the token from the address (`#token=…`, or after a view:
 * `#/inbox/x?token=…`), so that it stays out of the history and of copied links.
 */
export function takeToken(): string | undefined {
  const match = /([#?&])token=([^&]+)&?/.exec(location.hash)
  if (!match?.[2]) return undefined
  const rest = location.hash.replace(match[0], match[1] ?? '').replace(/[?&#]$/, '')
  history.replaceState(undefined, '', `${location.pathname}${location.search}${rest}`)
  return decodeURIComponent(match[2])
}

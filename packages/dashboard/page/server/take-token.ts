/**
 * Takes the token out of the address (`#token=…`, also behind a view:
 * `#/inbox/x?token=…`), so that it stands in no history and no copied link.
 */
export function takeToken(): string | undefined {
  const match = /([#?&])token=([^&]+)&?/.exec(location.hash)
  if (!match?.[2]) return undefined
  const rest = location.hash.replace(match[0], match[1] ?? '').replace(/[?&#]$/, '')
  history.replaceState(undefined, '', `${location.pathname}${location.search}${rest}`)
  return decodeURIComponent(match[2])
}

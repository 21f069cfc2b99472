/** Names under which a machine reaches itself. */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** What of a request says where it comes from and goes to. */
export interface Address {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, which browsers add by themselves. */
  readonly fetchSite: string | undefined
}

/** Why a request is refused. */
export type AddressFault = 'host' | 'origin'

/**
 * Says whether a request may come in. A name that somebody else's server bound
 * to this machine (DNS rebinding) is not among our hosts; a page of another site
 * can't help naming its origin.
 *
 * @param hosts - Names, with the port where only that one is meant; loopback names with any port when left out.
 */
export function addressFault(
  { host, origin, fetchSite }: Address,
  hosts: readonly string[] | undefined,
): AddressFault | undefined {
  if (host === undefined || !isOurs(host.toLowerCase(), hosts)) return 'host'
  if (origin !== undefined && originHost(origin) !== host.toLowerCase()) return 'origin'
  // A link that was clicked, or an address that was typed, comes from `none`.
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return 'origin'
  return undefined
}

function isOurs(host: string, hosts: readonly string[] | undefined): boolean {
  const name = host.replace(/:\d{1,5}$/, '')
  if (!hosts) return loopback.has(name)
  return hosts.some((known) => known.toLowerCase() === host || known.toLowerCase() === name)
}

function originHost(origin: string): string | undefined {
  const url = URL.parse(origin)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url.host : undefined
}

import type { Context } from 'hono'

import { HttpError } from '../http/problem.ts'

/** Names by which a machine reaches itself. */
const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Checks that a request names this server as its host, and comes from a page of
 * this server or from no page. A name that an attacker resolves to this machine
 * (DNS rebinding) is not among the hosts, and browsers name the origin of a
 * request from another site.
 *
 * @param hosts - Allowed names, each with any port or one; by default loopback names with any port.
 * @throws HttpError when the request is for another host or from another site.
 */
export function requireSameSite({ req }: Context, hosts: readonly string[] | undefined): void {
  const host = (req.header('host') ?? new URL(req.url).host).toLowerCase()
  if (!isAllowedHost(host, hosts)) {
    throw new HttpError(403, 'DASHBOARD_HOST', 'This dashboard has another host name. Open the link as printed.')
  }
  const origin = req.header('origin')
  const isOtherOrigin = origin !== undefined && originHost(origin) !== host
  if (isOtherOrigin || !allowedFetchSites.has(req.header('sec-fetch-site'))) {
    throw new HttpError(403, 'DASHBOARD_ORIGIN', 'Requests from other sites are not allowed.')
  }
}

/** `none` stands for a link that was clicked or an address that was typed; programs send no such header. */
const allowedFetchSites: ReadonlySet<string | undefined> = new Set([undefined, 'same-origin', 'none'])

function isAllowedHost(host: string, hosts: readonly string[] | undefined): boolean {
  const name = host.replace(/:\d{1,5}$/, '')
  if (!hosts) return loopbackNames.has(name)
  return hosts.some((allowed) => allowed.toLowerCase() === host || allowed.toLowerCase() === name)
}

function originHost(origin: string): string | undefined {
  const url = URL.parse(origin)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url.host : undefined
}

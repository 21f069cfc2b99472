import type { Dashboard } from '@skein/dashboard'

/** A route handler of Next's app router: it takes a request of the web and gives an answer of the web. */
type RouteHandler = (request: Request) => Promise<Response>

/**
 * The dashboard as a route of Next, in `app/flock/[[...path]]/route.ts`; the dashboard's `basePath` is `/flock`:
 *
 *     export const { GET, POST } = nextRoute(board)
 *     export const dynamic = 'force-dynamic'
 *
 * Next takes the slash from the end of addresses, which the page's relative ones need: set `skipTrailingSlashRedirect`
 * in `next.config.ts`, and name the packages of Skein in `serverExternalPackages`.
 */
export function nextRoute({ handler }: Dashboard): { readonly GET: RouteHandler; readonly POST: RouteHandler } {
  // Next passes the parameters of the path as well; the address says the same.
  const route: RouteHandler = (request) => handler(request)
  return { GET: route, POST: route }
}

import { signal } from '@preact/signals'

/** The views of the page, in the order of its navigation. */
export const views = ['runs', 'map', 'timeline', 'traces', 'memory', 'inbox', 'metrics'] as const
export type ViewName = (typeof views)[number]

/** The address after `#/`: a view, the item that is open in it, and filters. */
export interface Route {
  readonly view: ViewName
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** Parses a hash; an unknown one leads to the runs. */
function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [first, ...rest] = path.split('/').map(decode)
  const view = views.find((name) => name === first)
  if (!view) return { view: 'runs', path: [], query: {} }
  return {
    view,
    path: rest.filter((part) => part !== ''),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** The hash of a view. Empty parameters are left out. */
export function linkTo(
  view: ViewName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${[view, ...path].map(encodeURIComponent).join('/')}${parameters === '' ? '' : `?${parameters}`}`
}

export const route = signal<Route>({ view: 'runs', path: [], query: {} })

/** Goes to a hash at once. The browser's own event comes later, maybe after the next key. */
export function goTo(hash: string): void {
  location.hash = hash
  route.value = parseRoute(hash)
}

/** Keeps `route` in sync with the address. */
export function followAddress(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash)
  }
  addEventListener('hashchange', read)
  read()
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

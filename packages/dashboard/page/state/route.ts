import { signal } from '@preact/signals'

/** The views of the page, in the order of its navigation. */
export const views = ['map', 'timeline', 'memory', 'inbox', 'figures'] as const
export type ViewName = (typeof views)[number]

/** What the address after `#/` says: a view, what is opened in it, and filters. */
export interface Route {
  readonly view: ViewName
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** Reads a hash; what is none of ours leads to the map. */
function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [view, ...rest] = path.split('/').map(decoded)
  return {
    view: views.find((name) => name === view) ?? 'map',
    path: rest.filter((part) => part !== ''),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** The hash that leads to a view. */
export function linkTo(
  view: ViewName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${[view, ...path].map(encodeURIComponent).join('/')}${given === '' ? '' : `?${given}`}`
}

export const route = signal<Route>({ view: 'map', path: [], query: {} })

/** Goes to a hash at once: the browser tells of it later, and the next key may come before that. */
export function goTo(hash: string): void {
  location.hash = hash
  route.value = parseRoute(hash)
}

/** Keeps `route` as the address is. */
export function followAddress(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash)
  }
  addEventListener('hashchange', read)
  read()
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

import { apiGroups } from './entry-points.ts'
import { guideGroups } from './guides.ts'

/** A group of the sidebar, in the form that Starlight takes. */
export interface SidebarGroup {
  readonly label: string
  readonly collapsed?: boolean
  readonly items: (string | { readonly label: string; readonly slug: string } | SidebarGroup)[]
}

/**
 * The sidebar: guides by subject, then entry points of the API. Names are on the page of their entry point: with a
 * thousand of them on every page, a build would write a million links.
 */
export const sidebar: SidebarGroup[] = [
  ...Object.entries(guideGroups).map(([label, names]) => ({
    label,
    items: [...names.map((name) => `guide/${name}`), ...(label === 'Operate' ? ['versions'] : [])],
  })),
  {
    label: 'API',
    items: Object.entries(apiGroups).map(([label, names]) => ({
      label,
      items: names.map((name) => ({ label: name, slug: slugOf(name) })),
    })),
  },
]

/** The page of an entry point. */
export function slugOf(name: string): string {
  return `api/${name.replace('@', '')}`
}

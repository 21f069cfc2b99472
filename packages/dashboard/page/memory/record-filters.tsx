import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'

import { sceneShown } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'

const collections = [
  'facts',
  'observations',
  'decisions',
  'learnings',
  'alerts',
  'objects',
  'work',
  'claims',
  'escalations',
  'agents',
]
const typingMs = 250
const mostHints = 60

/** What the list shows: stands in the address, so that it can be linked to. */
export function RecordFilters({ query }: { query: Readonly<Record<string, string>> }): VNode {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const set = (name: string, value: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      location.replace(linkTo('memory', route.value.path, { ...route.value.query, [name]: value }))
    }, typingMs)
  }
  const scene = sceneShown()
  const hints: Readonly<Record<string, ReadonlySet<string>>> = {
    task: new Set([...scene.agents.values()].flatMap(({ task = [] }) => task).slice(0, mostHints)),
    author: new Set([...scene.agents.keys()].slice(0, mostHints)),
    tag: new Set(
      [...scene.records.values()]
        .slice(-400)
        .flatMap(({ tags }) => tags)
        .slice(0, mostHints),
    ),
  }
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="wide">
        <span>Search</span>
        <input
          type="search"
          value={query['q'] ?? ''}
          placeholder="Words to look for"
          onInput={({ currentTarget }) => set('q', currentTarget.value)}
        />
      </label>
      <label>
        <span>Collection</span>
        <select
          value={query['collection'] ?? ''}
          onChange={({ currentTarget }) => set('collection', currentTarget.value)}
        >
          <option value="">all</option>
          {collections.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {['task', 'author', 'tag'].map((name) => (
        <label key={name}>
          <span>{name[0]?.toUpperCase() + name.slice(1)}</span>
          <input
            type="text"
            value={query[name] ?? ''}
            list={`hints-${name}`}
            placeholder="any"
            onInput={({ currentTarget }) => set(name, currentTarget.value)}
          />
          <datalist id={`hints-${name}`}>
            {[...(hints[name] ?? [])].map((hint) => (
              <option key={hint} value={hint.slice(0, 200)} />
            ))}
          </datalist>
        </label>
      ))}
    </form>
  )
}

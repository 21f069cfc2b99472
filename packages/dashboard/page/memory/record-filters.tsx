import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'

import { sceneShown, session } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { PastTime } from './past-time.tsx'
import { everything } from './record-source.ts'

/** The list is filtered after this pause in typing, in milliseconds. */
const debounceMs = 250
const maxHints = 60
/** Records whose tags are suggested, the latest written. */
const maxTagged = 400

/** The filters of the list. They are part of the address, so that a filtered list can be linked to. */
export function RecordFilters({ query }: { query: Readonly<Record<string, string>> }): VNode {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const set = (name: string, value: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      location.replace(linkTo('memory', route.value.path, { ...route.value.query, [name]: value }))
    }, debounceMs)
  }
  const scene = sceneShown()
  const hints: Readonly<Record<string, ReadonlySet<string>>> = {
    task: new Set([...scene.agents.values()].flatMap(({ task = [] }) => task).slice(0, maxHints)),
    author: new Set([...scene.agents.keys()].slice(0, maxHints)),
    tag: new Set(
      [...scene.records.values()]
        .slice(-maxTagged)
        .flatMap(({ tags }) => tags)
        .slice(0, maxHints),
    ),
  }
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="wide">
        <span>Search</span>
        <input
          type="search"
          value={query['q'] ?? ''}
          placeholder="Words to find"
          onInput={({ currentTarget }) => set('q', currentTarget.value)}
        />
      </label>
      <label class="collection">
        <span>Collection</span>
        <select
          value={query['collection'] ?? ''}
          onChange={({ currentTarget }) => set('collection', currentTarget.value)}
        >
          <option value="">what was found out</option>
          <option value={everything}>everything</option>
          {session.value?.collections.map((name) => (
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
      <PastTime asOf={query['asOf']} onChange={(asOf) => set('asOf', asOf)} />
    </form>
  )
}

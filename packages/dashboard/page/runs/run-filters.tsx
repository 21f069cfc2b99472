import type { VNode } from 'preact'

import type { RunRow } from '../../src/protocol/protocol.ts'
import { goTo, linkTo } from '../state/route.ts'
import { orderNames } from './filter-runs.ts'
import type { RunFilters as Filters } from './filter-runs.ts'

/** Options of {@link RunFilters}. */
export interface RunFiltersProps {
  readonly runs: readonly RunRow[]
  readonly filters: Filters
}

/** Search and filters of the list of runs; they are part of the address. */
export function RunFilters({ runs, filters }: RunFiltersProps): VNode {
  const set = (name: keyof Filters, value: string): void => goTo(linkTo('runs', [], { ...filters, [name]: value }))
  const titles = [...new Set(runs.map(({ title }) => title))]
  const states = [...new Set(runs.map(({ state }) => state))]
  return (
    <form class="run-filters" role="search" aria-label="Filters of runs" onSubmit={(event) => event.preventDefault()}>
      <label class="wide">
        <span>Search</span>
        <input
          type="search"
          placeholder="Words of a file or a question"
          value={filters.q ?? ''}
          onInput={({ currentTarget }) => set('q', currentTarget.value)}
        />
      </label>
      <Choice label="State" value={filters.state} options={states} onChange={(value) => set('state', value)} />
      <Choice label="Report" value={filters.task} options={titles} onChange={(value) => set('task', value)} />
      <label>
        <span>Agent</span>
        <input
          placeholder="any"
          value={filters.agent ?? ''}
          onInput={({ currentTarget }) => set('agent', currentTarget.value)}
        />
      </label>
      <label>
        <span>Calls, at least</span>
        <input
          type="number"
          min={0}
          placeholder="any"
          value={filters.calls ?? ''}
          onInput={({ currentTarget }) => set('calls', currentTarget.value)}
        />
      </label>
      <label>
        <span>Order</span>
        <select
          value={filters.order ?? orderNames[0]}
          onChange={({ currentTarget }) => set('order', currentTarget.value)}
        >
          {orderNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </form>
  )
}

/** Options of {@link Choice}. */
interface ChoiceProps {
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly string[]
  readonly onChange: (value: string) => void
}

function Choice({ label, value = '', options, onChange }: ChoiceProps): VNode {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">any</option>
        {options.map((name) => (
          <option key={name} value={name}>
            {name.slice(0, 60)}
          </option>
        ))}
      </select>
    </label>
  )
}

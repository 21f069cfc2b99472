import type { VNode } from 'preact'

/** Options of {@link ColumnHeads}. */
export interface ColumnHeadsProps {
  readonly names: readonly string[]
  /** Those of columns of figures, which stand at the right like their figures. */
  readonly figures: readonly string[]
}

/** The header row of a table. */
export function ColumnHeads({ names, figures }: ColumnHeadsProps): VNode {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col" class={figures.includes(name) ? 'number' : undefined}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

import { expect, it } from 'vitest'

import { shownChildren } from '../../src/charts/agent-chart.ts'

it('tells how many machines there are at each level, and shows 50 of them', () => {
  const many = <Child>(child: (id: string) => Child): readonly Child[] =>
    Array.from({ length: 60 }, (_, index) => child(String(index)))
  const leaf = (id: string) => ({ id, name: id, states: [], children: [] })
  const { children, childCount } = shownChildren(many((id) => ({ ...leaf(id), children: many(leaf) })))
  expect([children.length, childCount]).toEqual([50, 60])
  expect([children[0]?.children.length, children[0]?.childCount]).toEqual([50, 60])
})

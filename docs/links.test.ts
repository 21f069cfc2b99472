import { expect, it } from 'vitest'

import { deadLinksOf, linksOf, pages } from './links.ts'

it.each(pages())('%s links to what is there', (page) => {
  expect(deadLinksOf(page)).toEqual([])
})

it('the guides lead to each other', () => {
  expect(linksOf('docs/guide/getting-started.md').length).toBeGreaterThan(10)
})

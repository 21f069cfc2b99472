import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { writeForModels } from './for-models.ts'
import { groups, pageOf, readGuides, sidebarOf } from './guides.ts'
import { checkLinks } from './links.ts'
import { makeRelative } from './offline.ts'

const guides = readGuides(join(import.meta.dirname, '..', 'docs', 'guide'))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-site-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

describe('the sidebar', () => {
  it('has every guide once', () => {
    const listed = sidebarOf(guides).flatMap(({ items }) => items)
    expect(listed.toSorted()).toEqual(guides.map(({ name }) => `guide/${name}`).toSorted())
    expect(Object.values(groups).flat()).toEqual([...new Set(Object.values(groups).flat())])
  })
})

describe('a page', () => {
  it('links to other pages, and to the repository for what is none', () => {
    const body = 'See [facts](facts.md#leases), [a file](../../examples/demo.ts).\n\n```ts part src/x.ts\nx\n```'
    expect(pageOf({ name: 'x', title: 'A "title"', body })).toBe(
      '---\ntitle: "A \\"title\\""\n---\n\nSee [facts](../facts/#leases), ' +
        '[a file](https://github.com/skein/skein/blob/main/examples/demo.ts).\n\n```ts\nx\n```\n',
    )
  })
})

describe('for programs that read', () => {
  it('llms.txt names every guide with its first sentence, and each is there as Markdown', () => {
    writeForModels(folder, [{ name: 'facts', title: 'Facts', body: 'A fact is a [value](x.md).\nIt has a name.' }])
    expect(readFileSync(join(folder, 'llms.txt'), 'utf8')).toContain('- [Facts](guide/facts.md): A fact is a value.\n')
    expect(readFileSync(join(folder, 'guide', 'facts.md'), 'utf8')).toMatch(/^# Facts\n\nA fact is/)
  })
})

describe('without a server', () => {
  it('links name files beside each other', () => {
    write({
      'site/index.html': '<a href="/guide/facts/#leases">x</a><link href="/_astro/x.css">',
      'site/guide/facts/index.html': '<a href="/">x</a><script src="/_astro/x.js"></script><a href="//x.test/">x</a>',
    })
    makeRelative(join(folder, 'site'))
    const read = (page: string): string => readFileSync(join(folder, 'site', page), 'utf8')
    expect(read('index.html')).toBe('<a href="guide/facts/index.html#leases">x</a><link href="_astro/x.css">')
    expect(read('guide/facts/index.html')).toBe(
      '<a href="../../index.html">x</a><script src="../../_astro/x.js"></script><a href="//x.test/">x</a>',
    )
  })
})

describe('links', () => {
  it('that lead to no page or no heading are named with their page', () => {
    const dist = join(folder, 'linked')
    write({
      'linked/index.html':
        '<a href="guide/facts/#leases">x</a><a href="guide/absent/">x</a><a href="https://x.test/">x</a>',
      'linked/guide/facts/index.html':
        '<h2 id="leases">x</h2><a href="../../">x</a><a href="#absent">x</a><img src="x.png">',
    })
    expect(checkLinks(dist).toSorted()).toEqual([
      'guide/facts/index.html links to #absent, a heading that does not exist.',
      'guide/facts/index.html links to x.png, which does not exist.',
      'index.html links to guide/absent/, which does not exist.',
    ])
  })
})

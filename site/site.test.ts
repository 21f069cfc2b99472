import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apiGroups, readEntryPoints, topicsOf } from './entry-points.ts'
import { writeForModels } from './for-models.ts'
import { guideGroups, homePage, pageOf, readGuides } from './guides.ts'
import { checkLinks } from './links.ts'
import { makeRelative } from './offline.ts'
import { versionsPage } from './versions.ts'

const root = join(import.meta.dirname, '..')
const guides = readGuides(join(root, 'docs', 'guide'))

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

function read(path: string): string {
  return readFileSync(join(folder, path), 'utf8')
}

describe('the sidebar', () => {
  it('has every guide once', () => {
    const listed = Object.values(guideGroups).flat()
    expect(listed.toSorted()).toEqual(guides.map(({ name }) => name))
  })

  it('has every entry point once', () => {
    const listed = Object.values(apiGroups).flat()
    expect(listed.toSorted()).toEqual(
      readEntryPoints(root)
        .map(({ name }) => name)
        .toSorted(),
    )
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

  it('shows the code of a guide on the first page', () => {
    const guide = { name: 'x', title: 'X', body: '```ts part\n// one.ts\none()\n```\n\n```ts\ntwo()\n```' }
    expect(homePage('Look:\n\n<!-- one.ts -->\n', [guide])).toBe('Look:\n\n```ts\n// one.ts\none()\n```\n')
    expect(() => homePage('<!-- absent.ts -->', [guide])).toThrow('No guide shows absent.ts.')
  })

  it('groups the names of an entry point by the comments of its source', () => {
    const source =
      "export { a } from './a.ts'\n\n// Reading\nexport { b, c as d } from './b.ts'\nexport type { E } from './e.ts'\n"
    expect([...topicsOf(source)]).toEqual([
      ['b', 'Reading'],
      ['d', 'Reading'],
      ['E', 'Reading'],
    ])
  })

  it('lists the versions that are built', () => {
    expect(versionsPage('0.2.0', ['v0.1.0'])).toContain(
      'about version 0.2.0. Earlier versions:\n\n- [v0.1.0](../v0.1.0/)',
    )
    expect(versionsPage('0.1.0', [])).toContain('There is none of an earlier version.')
  })
})

describe('for programs that read', () => {
  it('llms.txt names every guide with its first sentence, and each page is there as Markdown', () => {
    const page = pageOf({ name: 'facts', title: 'Facts', body: 'See [search](search.md#words).' })
    write({
      'content/guide/facts.md': page,
      'content/api/@skein/memory/functions/openMemory.md':
        '---\ntitle: "openMemory"\n---\n\n[@skein/memory](/v1/api/skein/memory/), [Memory](/v1/api/skein/memory/interfaces/memory/#close)\n',
      'content/api/@skein/memory/index.md': '---\ntitle: "@skein/memory"\n---\n\n[API](/v1/api/)\n',
    })
    writeForModels(join(folder, 'content'), join(folder, 'dist'), '/v1/', guides)
    expect(read('dist/llms.txt')).toContain(
      '- [Facts](guide/facts.md): A fact is a named value that all agents share.\n',
    )
    expect(read('dist/llms.txt')).toContain('- [@skein/memory/store](api/skein/memory/store.md)\n')
    expect(read('dist/guide/facts.md')).toBe('# Facts\n\nSee [search](search.md#words).\n')
    expect(read('dist/api/skein/memory.md')).toBe('# @skein/memory\n\n[API](../../api.md)\n')
    expect(read('dist/api/skein/memory/functions/openmemory.md')).toBe(
      '# openMemory\n\n[@skein/memory](../../memory.md), [Memory](../interfaces/memory.md#close)\n',
    )
  })
})

describe('without a server', () => {
  it('links name files beside each other', () => {
    write({
      'site/index.html': '<a href="/guide/facts/#leases">x</a><link href="/_astro/x.css">',
      'site/guide/facts/index.html': '<a href="/">x</a><script src="/_astro/x.js"></script><a href="//x.test/">x</a>',
      'old/guide/facts/index.html': '<a href="/v1/">x</a><a href="/">x</a>',
    })
    makeRelative(join(folder, 'site'), '/')
    makeRelative(join(folder, 'old'), '/v1/')
    expect(read('site/index.html')).toBe('<a href="guide/facts/index.html#leases">x</a><link href="_astro/x.css">')
    expect(read('site/guide/facts/index.html')).toBe(
      '<a href="../../index.html">x</a><script src="../../_astro/x.js"></script><a href="//x.test/">x</a>',
    )
    expect(read('old/guide/facts/index.html')).toBe('<a href="../../index.html">x</a><a href="/">x</a>')
  })
})

describe('links', () => {
  it('that lead to no page or no heading are named with their page', () => {
    write({
      'linked/index.html':
        '<a href="guide/facts/#leases">x</a><a href="guide/absent/">x</a><a href="https://x.test/">x</a>',
      'linked/guide/facts/index.html':
        '<h2 id="leases">x</h2><a href="../../">x</a><a href="#absent">x</a><img src="x.png">',
      'linked/llms.txt': '[facts](guide/facts.md), `[code](x.md)`',
    })
    expect(checkLinks(join(folder, 'linked')).toSorted()).toEqual([
      'guide/facts/index.html links to #absent, a heading that does not exist.',
      'guide/facts/index.html links to x.png, which does not exist.',
      'index.html links to guide/absent/, which does not exist.',
      'llms.txt links to guide/facts.md, which does not exist.',
    ])
  })
})

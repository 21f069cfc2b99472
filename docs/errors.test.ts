import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { OptionError } from '@skein/memory'
import { expect, it } from 'vitest'

import { entryNames } from './entry-names.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/guide/errors.md'), 'utf8')

/** Names of environment variables, and the beginning that some codes have in common. */
const others = new Set(['SKEIN_BUCKET', 'SKEIN_DEBUG', 'SKEIN_ENCRYPT_FROM', 'SKEIN_KEYS', 'SKEIN_MODEL_'])

/** Every code that the packages' sources contain. */
function codesInSources(): readonly string[] {
  const texts = globSync('packages/*/src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  // As a string, or as the key of a table of remedies.
  const found = texts.flatMap((text) => Array.from(text.matchAll(/'(SKEIN_[A-Z_]+)'|^ {2}(SKEIN_[A-Z_]+):/gm)))
  const codes = found.map(([, string, key]) => string ?? key ?? '').filter((code) => !others.has(code))
  return [...new Set(codes)].toSorted()
}

/** The sections of the page by code: cause and remedy. */
function sectionsOfPage(): ReadonlyMap<string, string> {
  const sections = page.split(/^(?=##)/m).filter((section) => section.startsWith('### '))
  return new Map(
    sections.map((section) => {
      const [heading = '', ...text] = section.split('\n')
      return [heading.slice('### '.length), text.join('\n')]
    }),
  )
}

it('the page of errors has a section for every code, with its cause and its remedy', () => {
  const sections = sectionsOfPage()
  expect(page.match(/^### /gm)).toHaveLength(sections.size)
  expect([...sections.keys()].toSorted()).toEqual(codesInSources())
  const unclear = [...sections].filter(([, text]) => !/^\n.+\n(?:.+\n)*\n\*\*Remedy:\*\* .+/.test(text))
  expect(unclear.map(([code]) => code)).toEqual([])
})

it('the page names every class of error that a package exports', () => {
  const classes = entryNames('packages/*/src/index.ts').filter(({ name }) => name.endsWith('Error'))
  expect(classes.filter(({ name }) => !page.includes(`\`${name}\``))).toEqual([])
})

it('an error that nobody catches leads to its section', () => {
  const code = "throw new (await import('@skein/memory')).OptionError('limit', 'a number', 'ten')"
  const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], options)
  expect(status).toBe(1)
  expect(stderr.match(/^See \S+#skein_option/gm)).toHaveLength(1)
  expect(stderr).toContain('at file:')
})

it('an error leads to its section', () => {
  const error = new OptionError('limit', 'a number', 'ten')
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { repository: { url: string } }
  const guide = `${repository.url.replace(/^git\+(.*)\.git$/, '$1')}/blob/main/docs/guide/errors.md`
  expect(error.docs).toBe(`${guide}#skein_option`)
  // The heading's anchor, as GitHub and the site make it.
  expect(page).toContain('\n### SKEIN_OPTION\n')
  expect(inspect(error)).toContain(`\nSee ${error.docs}`)
  expect(inspect(error)).toContain("option: 'limit'")
  expect(Object.keys(error)).not.toContain('docs')
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { beforeAll, expect, it } from 'vitest'

import { builtPage, ensurePage } from '../../page/build.ts'

beforeAll(ensurePage, 120_000)

it('consists of one page, one style sheet, one script, and one that state charts load', () => {
  const files = globSync('**/*.*', { cwd: builtPage }).map((name) => name.replace(/-[\w-]{8}\./, '-hash.'))
  expect(files.toSorted()).toEqual([
    'assets/dagre-hash.js',
    'assets/page-hash.css',
    'assets/page-hash.js',
    'index.html',
  ])
})

it('has scripts of at most 80 KB compressed together', () => {
  const sizes = globSync('assets/*.js', { cwd: builtPage }).map(
    (script) => gzipSync(readFileSync(join(builtPage, script))).length,
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(80_000)
})

it('has nothing inline that the policy refuses, and no links to other hosts', () => {
  const html = readFileSync(join(builtPage, 'index.html'), 'utf8')
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
  expect(
    [...html.matchAll(/(?:src|href)="([^"]*)"/g)]
      .map(([, address]) => address)
      .filter((one) => !one?.startsWith('./') && !one?.startsWith('data:')),
  ).toEqual([])
})

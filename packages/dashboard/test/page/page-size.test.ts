import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { beforeAll, expect, it } from 'vitest'

import { builtPage, ensurePage } from '../../page/build.ts'

beforeAll(ensurePage, 120_000)

it('consists of one page, one script and one style sheet', () => {
  const files = globSync('**/*.*', { cwd: builtPage }).map((name) => name.replace(/-[\w-]{8}\./, '-hash.'))
  expect(files.toSorted()).toEqual(['assets/page-hash.css', 'assets/page-hash.js', 'index.html'])
})

it('has a script of at most 80 KB compressed', () => {
  const [script = ''] = globSync('assets/*.js', { cwd: builtPage })
  expect(gzipSync(readFileSync(join(builtPage, script))).length).toBeLessThanOrEqual(80_000)
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

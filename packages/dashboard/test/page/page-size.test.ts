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

it('has a script of at most 80 KB compressed, and loads at most 20 KB later', () => {
  const sizeOf = (script: string): number => {
    const [path = ''] = globSync(`assets/${script}-*.js`, { cwd: builtPage })
    return gzipSync(readFileSync(join(builtPage, path))).length
  }
  expect(sizeOf('page')).toBeLessThanOrEqual(80_000)
  expect(sizeOf('dagre')).toBeLessThanOrEqual(20_000)
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

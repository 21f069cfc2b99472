import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { maxTimerMs } from '@skein/memory/runtime'
import { limits } from '@skein/memory/store'
import { describeStore } from '@skein/memory/testing'
import { expect, it } from 'vitest'

describeStore('mapStore', { create: () => mapStore(), parts: ['limits'] })

it('the guide states every limit', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guide/guarantees.md'), 'utf8')
  const [, section = ''] = /\n## Limits\n([^]*?)\n## /.exec(guide) ?? []
  const stated = new Set(section.match(/\d[\d,]*/g))
  const missing = Object.entries({ ...limits, maxTimerMs }).filter(([, most]) => !stated.has(most.toLocaleString('en')))
  expect(missing).toEqual([])
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

import { describeLineage } from '../../memory/test/model/describe-lineage.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-lineage-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0

const create = () => sqliteStore({ path: join(folder, `${(made += 1)}.db`), durability: 'relaxed' })

describeLineage('sqliteStore', create, { runs: 80, steps: 60, many: [110, 520, 1_100] })

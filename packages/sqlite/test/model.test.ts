import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

import { describeModel } from '../../memory/test/model/describe-model.ts'
import { describeLineage } from '../../memory/test/model/describe-lineage.ts'
import { describeVerbs } from '../../memory/test/model/describe-verbs.ts'
import { describeOversight } from '../../memory/test/model/describe-oversight.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-model-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0

const create = () => sqliteStore({ path: join(folder, `${(made += 1)}.db`), durability: 'relaxed' })

describeModel('sqliteStore', create, 60)
describeOversight('sqliteStore', create, 30)
describeVerbs('sqliteStore', create, 5)
describeLineage('sqliteStore', create, { runs: 10, steps: 30, many: [110, 520] })

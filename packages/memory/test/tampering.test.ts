import { mapStore } from '@skein/memory'
import type { Row } from '@skein/memory/store'
import { describeStore } from '@skein/memory/testing'

let spaces = new Map<string, Map<string, Row>>()
const rowsOf = (space: string): Map<string, Row> => {
  const rows = spaces.get(space) ?? new Map<string, Row>()
  spaces.set(space, rows)
  return rows
}

describeStore('mapStore', {
  create: () => {
    spaces = new Map()
    return mapStore({ rows: rowsOf })
  },
  tamper: {
    put: (space, record) => void rowsOf(space).set(`${record.collection}\0${record.id}`, { record, deleted: false }),
  },
  parts: ['tampering'],
})

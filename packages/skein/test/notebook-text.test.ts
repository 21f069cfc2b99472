import { describe, expect, it } from 'vitest'

import { notebookText } from '../src/documents/notebook-text.ts'
import { originalOf } from './original-of.ts'

describe('notebookText', () => {
  const notebook = (cells: readonly unknown[]): string => JSON.stringify({ cells, metadata: {}, nbformat: 4 })

  it('reads texts, and shows code and what it printed as code', () => {
    const cells = [
      { cell_type: 'markdown', source: ['# Ice\n', 'It says "no" \u2013 twice.'] },
      { cell_type: 'code', source: 'print(1)', outputs: [{ text: ['1\n'] }, { data: { 'image/png': 'AAAA' } }] },
      { cell_type: 'raw', source: [] },
    ]
    expect(notebookText(notebook(cells))?.text).toBe(
      '# Ice\nIt says "no" – twice.\n\n`````\nprint(1)\n`````\n\n`````\n1\n`````',
    )
  })

  it('knows where a text stands in the file', () => {
    const source = notebook([
      { source: ['x'], cell_type: 'code', metadata: { '1': '"', source: '}' } },
      { cell_type: 'markdown', source: 'A "ferry"\nis late.' },
    ])
    expect(originalOf(source, notebookText(source)!, 'is late.')).toBe('is late.')
    expect(originalOf(source, notebookText(source)!, '"ferry"')).toBe('\\"ferry\\"')
  })

  it('leaves out what has another shape, and what is said twice', () => {
    const outputs = [null, { text: 7 }, { data: null }, { text: '1' }]
    const cells = [null, 7, { cell_type: 'sql', source: 'x' }, { cell_type: 'code', source: 'y', outputs }]
    expect(notebookText(notebook(cells))?.text).toBe('`````\ny\n`````\n\n`````\n1\n`````')
    expect(notebookText(notebook([{ cell_type: 'code', source: 'y', outputs: {} }]))?.text).toContain('y')
    for (const level of [-1, 1e10, 'x', null]) {
      expect(notebookText(notebook([{ cell_type: 'heading', level, source: 'Ice' }]))?.text).toMatch(/^#{1,6} Ice$/)
    }
    expect(notebookText(JSON.stringify({ nbformat: 3, worksheets: [null, { cells: [null] }] }))).toBeUndefined()
    const cell = (text: string): string => `[{"cell_type": "markdown", "source": ${text}}]`
    const twice = `{"nbformat": 4, "cells/0/source": "No.", "cells": ${cell('["No.", "No."]')}, "cells": ${cell('"Yes."')}}`
    expect(notebookText(twice)?.text).toBe('Yes.')
  })

  it('reads notebooks of before 2015, and nothing else', () => {
    const cells = [{ cell_type: 'heading', level: 2, source: ['Ice'] }]
    expect(notebookText(JSON.stringify({ nbformat: 3, worksheets: [{ cells }] }))?.text).toBe('## Ice')
    for (const other of ['{"nbformat": 4}', '{"cells": []}', '{"nbformat": 4, "cells": [', 'nbformat']) {
      expect(notebookText(other)).toBeUndefined()
    }
  })
})

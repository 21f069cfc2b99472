import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { collections } from '@skein/memory/store'
import { describe, expect, it } from 'vitest'

import { entryPoints } from '../scripts/manifests.ts'
import { checkAllRooms } from '../scripts/rooms.ts'
import { exportedNames } from './entry-names.ts'

const root = join(import.meta.dirname, '..')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

/** The rows of the table whose header begins with this cell, without header and rule. */
function tableRows(firstCell: string): readonly (readonly string[])[] {
  const lines = architecture.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstCell}`))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('ARCHITECTURE.md', () => {
  it('draws the folders as they are, and no import points up', () => {
    expect(checkAllRooms(root)).toEqual([])
  })

  it('counts the exported names of every entry point', () => {
    const counts = entryPoints(root).map(({ name, file }) => [name, exportedNames(file)] as const)
    const stated = tableRows('entry point').map(([name = '', count]) => [name.replaceAll('`', ''), Number(count)])
    expect(stated).toEqual(counts)
  })

  it('says of each kind of record what the table of collections says', () => {
    const stated = tableRows('collection').map(([name = '', traits = '']) => [name.replaceAll('`', ''), traits])
    expect(stated).toEqual(Object.entries(collections).map(([name, traits]) => [name, traits.join(', ')]))
  })
})

describe('source files', () => {
  const lines = globSync('packages/*/{src,page}/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !file.endsWith('.generated.ts'))
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
    .toSorted((a, b) => a.lines - b.lines)

  it('have at most 300 lines, nine in ten at most 200', () => {
    expect(lines.filter((file) => file.lines > 300)).toEqual([])
    expect(lines[Math.floor(lines.length * 0.9)]?.lines).toBeLessThanOrEqual(200)
  })
})

describe('kinds of record', () => {
  it('are listed in the table of collections alone', () => {
    const owners = new Set(
      ['store/collections.ts', 'view.ts', 'transactions/transaction.ts'].map((file) => `packages/memory/src/${file}`),
    )
    const journals = Object.entries(collections).flatMap(([name, traits]) =>
      (traits as readonly string[]).includes('journal') ? [`'${name}'`] : [],
    )
    const lists = globSync('packages/*/{src,page}/**/*.{ts,tsx}', { cwd: root }).filter((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return !file.includes('/testing/') && journals.every((name) => text.includes(name))
    })
    expect(lists.filter((file) => !owners.has(file))).toEqual([])
  })
})

describe('options', () => {
  it('that are durations are checked by name, in the file that declares them or a named one', () => {
    const unchecked = globSync('packages/*/src/**/*.ts', { cwd: root }).flatMap((file) => {
      const source = readFileSync(join(root, file), 'utf8')
      return durationsIn(source)
        .map((option) => ({ option, name: `${file.replace(/^packages\/(.*?)\/src/, '$1')} ${option}` }))
        .filter(({ name }) => !(name in notOptions))
        .filter(({ option, name }) => {
          const checker = checkedElsewhere[name]
          const text = checker === undefined ? source : readFileSync(join(root, 'packages', checker), 'utf8')
          return !new RegExp(`^\\s*(?:[^/\\s].*)?require(?:Duration|Lifetime)\\(\\s*'(?:\\w+\\.)*${option}'`, 'm').test(
            text,
          )
        })
        .map(({ name }) => name)
    })
    expect(unchecked).toEqual([])
  })
})

describe('source lines', () => {
  // Twelve lines that two files share are one thing written twice.
  const shared = 12

  it(`stand once: no run of ${shared} in two files`, () => {
    const seen = new Map<string, string>()
    const twice = new Set<string>()
    for (const file of globSync('packages/*/{src,page}/**/*.{ts,tsx}', { cwd: root }).toSorted()) {
      const text = readFileSync(join(root, file), 'utf8').replaceAll(/^(?:import|export) [^;]*? from '[^']*'$/gm, '')
      const lines = text.split('\n').map((line) => line.trim())
      const code = lines.filter((line) => /\w/.test(line) && !/^(?:\/\/|\/\*|\*)/.test(line))
      for (let from = 0; from + shared <= code.length; from += 1) {
        const run = code.slice(from, from + shared).join('\n')
        const other = seen.get(run)
        if (other !== undefined && other !== file) twice.add(`${other} and ${file}: ${code[from]}`)
        seen.set(run, file)
      }
    }
    expect([...twice]).toEqual([])
  })
})

/** Properties `…Ms` that are no options of users, and why. */
const notOptions: Readonly<Record<string, string>> = {
  'core/models/model-errors.ts retryAfterMs': 'said by a server; what is no duration does not count',
  'core/models/retry-delay.ts retryAfterMs': 'the same',
  'dashboard/protocol/scene-event.ts durationMs': 'measured',
  'dashboard/protocol/traces-protocol.ts delayMs': 'observed',
  'memory/work/work-state.ts durationMs': 'measured',
  'memory/store/mutation.ts ttlMs': 'passed on by the kinds of memory, which check it',
  'memory/testing/history/claim-model.ts leaseMs': 'observed in a history',
  'memory/testing/history/claim-model.ts clockErrorMs': 'compared with times of a history; nothing waits for it',
}

/** Durations that another file checks than the one that declares them. */
const checkedElsewhere: Readonly<Record<string, string>> = {
  'core/activities/activity-ref.ts leaseMs': 'memory/src/once/compute-once.ts',
  'core/activities/activity-ref.ts queueTimeoutMs': 'core/src/activities/activity.ts',
  'core/activities/activity-ref.ts timeoutMs': 'core/src/activities/activity.ts',
  'core/flock-options.ts askTimeoutMs': 'core/src/messages/questions.ts',
  'core/models/call-options.ts ttlMs': 'core/src/models/model-calls.ts',
  'core/supervision/backoff.ts baseDelayMs': 'core/src/supervision/retry-policy.ts',
  'core/supervision/backoff.ts maxDelayMs': 'core/src/supervision/retry-policy.ts',
  'memory/once/once-options.ts leaseMs': 'memory/src/once/compute-once.ts',
  'memory/once/once-options.ts ttlMs': 'memory/src/once/compute-once.ts',
  'memory/work/work-state.ts ttlMs': 'memory/src/once/compute-once.ts',
  'memory/runtime/saved-agent.ts ttlMs': 'memory/src/runtime/saved-agents.ts',
}

/** The durations among the options that a source declares: optional ones, and all of a policy. */
function durationsIn(source: string): readonly string[] {
  const optional = Array.from(source.matchAll(/readonly (\w+Ms)\?: /g))
  const policies = Array.from(source.matchAll(/interface (?:Backoff|\w+Policy)\b[^{]*\{([^}]*)\}/g))
  const required = policies.flatMap(([, body = '']) => Array.from(body.matchAll(/readonly (\w+Ms)\??: /g)))
  return [...new Set([...optional, ...required].map(([, name = '']) => name))]
}

import { spawnSync } from 'node:child_process'

import { describe, expect, it } from 'vitest'

const module = new URL('../src/cli/error-reporter.ts', import.meta.url).href

/** What a process with a reporter prints on standard error. */
function stderrOf(code: string, debug = false): string {
  const script = `
    import { ErrorReporter } from ${JSON.stringify(module)}
    const errors = new ErrorReporter(${debug})
    errors.captureWarnings()
    ${code}`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  return stderr
}

const full = `Object.assign(new Error('No space left.'), { code: 'SKEIN_STORE_FULL' })`

describe('ErrorReporter', () => {
  it('prints an error once that the background reports before and after it', () => {
    const code = `
      process.emitWarning(${full})
      process.emitWarning(${full})
      setImmediate(() => {
        errors.report(${full})
        process.emitWarning(${full})
      })`
    expect(stderrOf(code)).toBe('skein: No space left.\n')
  })

  it('says what a failure in the background means to the command', () => {
    const code = `
      errors.backgroundNote = 'The audit may lack this access.'
      process.emitWarning(${full})
      process.emitWarning('Record x is damaged. Lists omit it.', { type: 'SkeinWarning', code: 'SKEIN_CORRUPT' })`
    expect(stderrOf(code)).toBe(
      'skein: The audit may lack this access. No space left.\nskein: Record x is damaged. Lists omit it.\n',
    )
  })

  it('leads to the section of the guide about a warning', () => {
    const runtime = JSON.stringify(import.meta.resolve('@skein/memory/runtime'))
    const code = `
      const { warn } = await import(${runtime})
      warn('Record x is damaged.', 'SKEIN_CORRUPT')`
    expect(stderrOf(code)).toMatch(/^skein: Record x is damaged\.\nSee https:.*#skein_corrupt\n$/)
  })

  it('leaves out warnings about Node itself, and control characters', () => {
    const code = `
      process.emitWarning('old', 'DeprecationWarning')
      process.emitWarning('new', 'ExperimentalWarning')
      process.emitWarning('a\\u001B[2Jb')`
    expect(stderrOf(code)).toBe('skein: a\uFFFDb\n')
  })

  it('reports what nobody caught as any error, without control characters', () => {
    for (const crash of ['setImmediate(() => { throw error })', 'void Promise.reject(error)']) {
      const code = `
        errors.captureCrashes()
        const error = new Error('a\\u001B[2Jb')
        ${crash}`
      expect(stderrOf(code)).toBe('skein: a\uFFFDb\nSet SKEIN_DEBUG=1 to see where this comes from.\n')
    }
  })

  it('prints stacks when debugging', () => {
    expect(stderrOf(`process.emitWarning(${full})`, true)).toMatch(/^skein: Error: No space left\.\n +at /)
  })
})

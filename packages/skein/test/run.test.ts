import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { skein, startSkein } from './run-skein.ts'
import { folderWith, reportFile, reportText, story, temporaryFolder } from './sample-files.ts'

describe('skein run', () => {
  it('prints a summary with its sources on standard output, and progress on standard error', async () => {
    const { code, stdout, stderr } = await skein(['run', reportFile, '-q', 'What happened in Iran?'], temporaryFolder())
    expect(code).toBe(0)
    expect(stdout).toMatch(/^What happened in Iran\?\n {2}• .*Iran.* \[.*:\d+-\d+\]/)
    expect(stdout).not.toContain('\u001B')
    expect(stderr).toContain('summarizers: 124 of 124')
  })

  it('prints with --json one object and nothing else', async () => {
    const { code, stdout, stderr } = await skein(['run', 'a.txt', '--json'], folderWith({ 'a.txt': story }))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { summary, stats } = JSON.parse(stdout) as {
      summary: { text: string; citations: { source: string; start: number; end: number }[] }[]
      stats: object
    }
    expect(summary[0]?.citations[0]?.source).toBe('a.txt')
    for (const { text, citations } of summary)
      for (const { start, end } of citations) expect(story.slice(start, end)).toBe(text)
    for (const name of ['parts', 'bytesCopied', 'wallMs']) {
      expect(stats).toHaveProperty(name, expect.any(Number))
    }
  })

  it('keeps its memory in the current folder, unless --store names another place', async () => {
    const folder = folderWith({ 'a.txt': story })
    await skein(['run', 'a.txt'], folder)
    expect(existsSync(join(folder, '.skein/memory.db'))).toBe(true)
    const other = folderWith({ 'a.txt': story })
    expect(await skein(['run', 'a.txt', '--store', 'memory:'], other)).toMatchObject({ code: 0 })
    expect(existsSync(join(other, '.skein'))).toBe(false)
  })

  it('shares nothing with --isolated', async () => {
    const folder = folderWith({ 'a.txt': story })
    const flags = ['run', 'a.txt', '--json', '-q', 'Who flew?', '-q', 'How long was it?']
    const shared = JSON.parse((await skein(flags, folder)).stdout) as {
      summary: unknown
      stats: { used: { calls: number } }
    }
    const alone = JSON.parse((await skein([...flags, '--isolated'], folder)).stdout) as typeof shared
    expect(alone.summary).toEqual(shared.summary)
    expect(alone.stats.used.calls).toBeGreaterThan(shared.stats.used.calls)
  })

  it('exits with 130 on Ctrl-C, says that nothing is lost, and continues the next time', async () => {
    const folder = temporaryFolder()
    const { child, ended } = startSkein(['run', reportFile], folder)
    // A second one would end it at once.
    let isSent = false
    child.stderr?.on('data', (text: string) => {
      if (isSent || !text.includes('summarizers:')) return
      isSent = true
      child.kill('SIGINT')
    })
    expect(await ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('interrupted') })
    expect(await skein(['run', reportFile], folder)).toMatchObject({ code: 0 })
  })

  it.each([
    ['progress', ['stderr']],
    ['the result', ['stdout']],
    ['anything', ['stdout', 'stderr']],
  ] as const)('finishes although nobody reads %s any more', async (_, gone) => {
    const { child, ended } = startSkein(['run', reportFile, '-q', 'What happened in Iran?'], temporaryFolder())
    for (const name of gone) child[name]?.destroy()
    const { code, stdout } = await ended
    expect(code).toBe(0)
    if (!gone.some((name) => name === 'stdout')) expect(stdout).toMatch(/Iran.* \[.*:\d+-\d+\]/)
  })

  it.skipIf(!existsSync('/dev/full'))('fails when its result cannot be written', async () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const ended = await skein(['run', 'a.txt'], folderWith({ 'a.txt': story }), {}, { stdio: ['ignore', full, 'pipe'] })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOSPC') })
  })

  it('explains its options', async () => {
    const { code, stdout } = await skein(['run', '--help'], temporaryFolder())
    expect(code).toBe(0)
    for (const flag of ['--question', '--isolated', '--store', '--threads', '--json']) expect(stdout).toContain(flag)
  })

  it('reads a text in one very long line', async () => {
    const folder = folderWith({ 'long.txt': reportText.repeat(3) })
    expect(await skein(['run', 'long.txt', '--json'], folder)).toMatchObject({ code: 0 })
  })
})

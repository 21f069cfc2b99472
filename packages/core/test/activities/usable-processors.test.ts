import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { usableProcessors } from '../../src/threads/usable-processors.ts'

/** A folder with these files, as the root of a machine. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'skein-machine-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

const all = availableParallelism()
const v2 = 'sys/fs/cgroup'
const v1 = 'sys/fs/cgroup/cpu'

describe('the processors that a process may use', () => {
  it.each([
    ['no Linux', {}, all],
    ['no limit', { 'proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: 'max 100000\n' }, all],
    ['a quota of one', { 'proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: '100000 100000\n' }, 1],
    ['a quota of a half', { 'proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: '50000 100000\n' }, 1],
    ['a quota of one and a half', { 'proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: '150000 100000\n' }, 1],
    ['more than there are', { 'proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: '900000000 1000\n' }, all],
    [
      'a quota of a group above',
      {
        'proc/self/cgroup': '0::/pod/app\n',
        [`${v2}/pod/app/cpu.max`]: 'max 100000',
        [`${v2}/pod/cpu.max`]: '100000 100000',
      },
      1,
    ],
    [
      'version 1',
      {
        'proc/self/cgroup': '5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '100000\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000\n',
      },
      1,
    ],
    [
      'version 1, the group mounted as the root',
      {
        'proc/self/cgroup': '5:cpu:/docker/abc\n',
        [`${v1}/cpu.cfs_quota_us`]: '25000\n',
        [`${v1}/cpu.cfs_period_us`]: '100000\n',
      },
      1,
    ],
    [
      'version 1 without a quota',
      {
        'proc/self/cgroup': '5:cpu:/\n',
        [`${v1}/cpu.cfs_quota_us`]: '-1\n',
        [`${v1}/cpu.cfs_period_us`]: '100000\n',
      },
      all,
    ],
    ['files of nonsense', { 'proc/self/cgroup': 'x\n0::\n:::', [`${v2}/cpu.max`]: 'some more' }, all],
  ] as const)('are limited by %s', (_, files, expected) => {
    expect(usableProcessors(machine(files))).toBe(expected)
  })

  it('are those of a real group', ({ skip }) => {
    const group = `/sys/fs/cgroup/cpu/skein-test-${process.pid}`
    try {
      mkdirSync(group)
    } catch {
      return skip('This process may not make control groups of version 1.')
    }
    onTestFinished(() => rmdirSync(group))
    writeFileSync(join(group, 'cpu.cfs_period_us'), '100000')
    writeFileSync(join(group, 'cpu.cfs_quota_us'), '100000')
    const source = new URL('../../src/threads/usable-processors.ts', import.meta.url)
    const ask = `import('${source.href}').then(({ usableProcessors }) => console.log(usableProcessors()))`
    const shell = `echo $$ > ${group}/cgroup.procs && exec "${process.execPath}" -e "${ask}"`
    expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).trim()).toBe('1')
  })
})

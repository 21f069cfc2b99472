import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * The processors that this process may use: those of the machine, or fewer where its affinity or the quota of its
 * container says so. At least 1; of a quota of 2.5, 2.
 *
 * @param root - Where `/proc` and `/sys` are; tests have their own.
 */
export function usableProcessors(root = '/'): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(processorQuota(root))))
}

/** Linux's quota in processors; `Infinity` where there is none, or no Linux. */
function processorQuota(root: string): number {
  // Lines `4:cpu,cpuacct:/path` of version 1, and `0::/path` of version 2. A machine may have both.
  const groups = (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').map((line) => {
    const [, controllers = '', ...path] = line.split(':')
    return { controllers: controllers.split(','), path: path.join(':') }
  })
  const mounts = join(root, 'sys/fs/cgroup')
  const quotas = groups.flatMap(({ controllers, path }) => {
    if (controllers.includes('cpu')) {
      return ['cpu', controllers.join(',')].flatMap((mount) => quotasOf(join(mounts, mount), path, firstVersion))
    }
    if (controllers.join() !== '') return []
    return ['.', 'unified'].flatMap((mount) => quotasOf(join(mounts, mount), path, secondVersion))
  })
  return Math.min(Number.POSITIVE_INFINITY, ...quotas)
}

/** The quotas of a group and of those that it is in. In a container, a group's folder may be mounted as the root. */
function quotasOf(mount: string, path: string, quotaIn: (folder: string) => number | undefined): readonly number[] {
  const folders = [path]
  while (folders.at(-1) !== '/' && folders.length < 100) folders.push(dirname(join('/', folders.at(-1) ?? '')))
  return folders.flatMap((folder) => quotaIn(join(mount, folder)) ?? [])
}

function firstVersion(folder: string): number | undefined {
  return ratio(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')))
}

/** `150000 100000`, or `max 100000` for none. */
function secondVersion(folder: string): number | undefined {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ')
  return ratio(quota, period)
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const processors = Number(quota) / Number(period)
  // A quota of -1 means none.
  return processors > 0 && Number.isFinite(processors) ? processors : undefined
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

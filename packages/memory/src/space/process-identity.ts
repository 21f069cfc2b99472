import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Names of processes by which others can tell that one has ended, so that nobody waits for the leases of the dead.
 *
 * A name is `HOST/PID/START`. HOST is a hash of the boot of the machine and the namespace of process ids: containers of
 * one machine share the first and not the second, and equal names of hosts mean nothing. START is when the process
 * began, in ticks since the boot: ids of processes are used again. Only Linux tells all this; elsewhere processes have
 * no names, and leases end by themselves.
 */
interface ProcessName {
  readonly host: string
  readonly pid: number
  readonly start: string
}

let own: string | undefined

/** The name of this process, the same in all its threads; `undefined` where the system does not tell enough. */
export function ownProcess(): string | undefined {
  own ??= nameThisProcess() ?? ''
  return own === '' ? undefined : own
}

/**
 * Whether a process has ended for certain: it ran on this machine since its last start, in the same namespace, and no
 * process with its id and its start exists. `false` wherever there is a doubt.
 */
export function hasEnded(name: unknown): boolean {
  const here = parse(ownProcess())
  const other = parse(name)
  if (!here || !other || other.host !== here.host) return false
  if (other.pid === here.pid) return other.start !== here.start
  // What an administrator hides from `/proc` still takes signals, or refuses them.
  if (!exists(other.pid)) return true
  const found = readStat(other.pid)
  return found !== undefined && (found.start !== other.start || found.isDead)
}

function nameThisProcess(): string | undefined {
  try {
    // A `/proc` of other containers lists other processes.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const namespace = readlinkSync('/proc/self/ns/pid')
    const stat = readStat(process.pid)
    if (boot === '' || !stat) return undefined
    const host = createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 16)
    return `${host}/${process.pid}/${stat.start}`
  } catch {
    return undefined
  }
}

function parse(name: unknown): ProcessName | undefined {
  const [, host, pid, start] =
    /^([0-9a-f]{16})\/(\d{1,10})\/(\d{1,20})$/.exec(typeof name === 'string' ? name : '') ?? []
  return host !== undefined && start !== undefined && Number(pid) > 0 ? { host, pid: Number(pid), start } : undefined
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** When a process started, and whether it is dead and only waits for its parent to notice. */
function readStat(pid: number): { readonly start: string; readonly isDead: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program is in parentheses, and may contain any.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = '', threads = '', start = ''] = [fields[0], fields[17], fields[19]]
    if (!/^\d+$/.test(start)) return undefined
    return { start, isDead: 'ZX'.includes(state) && Number(threads) <= 1 }
  } catch {
    return undefined
  }
}

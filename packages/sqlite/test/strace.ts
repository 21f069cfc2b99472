import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What a suite that is skipped says. */
export const howToGetStrace = 'needs strace and the right to trace: apt-get install -y strace'

/** The program, installed where that takes no more than being root on Debian or Ubuntu; `undefined` where it can't trace. */
export function findStrace(): string | undefined {
  const strace = 'strace'
  const canTrace = (): boolean => spawnSync(strace, ['-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0
  if (canTrace()) return strace
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined
  // Another suite may be installing it at this moment.
  const install = ['-o', 'DPkg::Lock::Timeout=50', 'install', '-y', strace]
  spawnSync('apt-get', install, { stdio: 'ignore', timeout: 50_000 })
  return canTrace() ? strace : undefined
}

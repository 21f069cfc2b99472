import { execFileSync } from 'node:child_process'
import { getuid } from 'node:process'

/**
 * Finds a program that tests need, or installs it, which takes root on Debian or
 * Ubuntu.
 *
 * @param debianPackage - The package to install.
 */
export function findOrInstall(debianPackage: string, find: () => string | undefined): string | undefined {
  const found = find()
  if (found !== undefined) return found
  if (getuid?.() !== 0 || !runs('apt-get', '--version')) return undefined
  const install = (): boolean => runs('apt-get', 'install', '-y', '--no-install-recommends', debianPackage)
  if (!install() && runs('apt-get', 'update')) install()
  return find()
}

/** Whether a program runs and ends with 0. */
export function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

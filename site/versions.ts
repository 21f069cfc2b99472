import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Builds the site of an earlier version from the sources of that version.
 *
 * @param tag - Of git, such as `v0.1.0`.
 * @param base - Where that site will stand on its host, such as `/v0.1.0/`.
 * @param to - The folder that it is copied to.
 */
export function buildVersion(root: string, tag: string, base: string, to: string): void {
  const sources = mkdtempSync(join(tmpdir(), 'skein-site-'))
  run(root, 'git', 'worktree', 'add', '--detach', sources, tag)
  try {
    run(sources, 'pnpm', 'install', '--frozen-lockfile')
    run(sources, 'pnpm', 'site', `--base=${base}`)
    cpSync(join(sources, 'site', 'dist'), to, { recursive: true })
  } finally {
    run(root, 'git', 'worktree', 'remove', '--force', sources)
  }
}

function run(cwd: string, command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.`)
}

/** The page that lists the versions of the site. @param tags - Of the earlier ones. */
export function versionsPage(current: string, tags: readonly string[]): string {
  const earlier = tags.map((tag) => `- [${tag}](../${tag}/)`)
  const list =
    earlier.length === 0 ? 'There is none of an earlier version.' : `Earlier versions:\n\n${earlier.join('\n')}`
  return `---\ntitle: Versions\n---\n\nThis site is about version ${current}. ${list}\n`
}

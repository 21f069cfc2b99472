import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

/**
 * Has another process lock a database.
 *
 * @param mode - `EXCLUSIVE` keeps readers out too, and needs nobody else to have the file open.
 * @returns a function that has it let go.
 */
export async function lockElsewhere(path: string, mode: 'IMMEDIATE' | 'EXCLUSIVE' = 'IMMEDIATE'): Promise<() => void> {
  const script = join(import.meta.dirname, 'fixtures/locking-process.ts')
  const child = spawn(process.execPath, [script, path, mode], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return () => child.stdin.end()
}

import { createRequire } from 'node:module'

/** An actor of comedy, as far as it is used here. */
export interface ComedyActor {
  send(topic: string, message?: unknown): PromiseLike<void>
  sendAndReceive(topic: string, message?: unknown): PromiseLike<unknown>
}

/** A system of comedy, as far as it is used here. */
export interface Comedy {
  /** Makes an actor in this thread; its methods are its topics. */
  spawn(definition: object): Promise<ComedyActor>
  close(): Promise<void>
}

interface System {
  getLog(): { setLevel(level: number): void }
  rootActor(): PromiseLike<{ createChild(definition: object, options: object): PromiseLike<ComedyActor> }>
  destroy(): PromiseLike<void>
}

const silent = 1

/**
 * Starts comedy in this thread, where somebody has installed it; `undefined` otherwise.
 *
 * It is no dependency: it brings an install script (of core-js 2, for what it
 * transpiles in other processes), and pnpm refuses to install what has one
 * that nobody has decided about.
 */
export async function openComedy(): Promise<Comedy | undefined> {
  const require = createRequire(import.meta.url)
  let start: (options: object) => System
  // It looks for the main module of CommonJS, and there is none.
  process.env['APP_ROOT_PATH'] ??= import.meta.dirname
  try {
    start = require('comedy') as typeof start
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    process.stderr.write('comedy 2.1.7 is left out: it is not installed.\n')
    return undefined
  }
  const system = start({ loggerConfig: {}, config: {}, test: true })
  system.getLog().setLevel(silent)
  const root = await system.rootActor()
  return {
    spawn: async (definition) => root.createChild(definition, { mode: 'in-memory' }),
    close: async () => system.destroy(),
  }
}

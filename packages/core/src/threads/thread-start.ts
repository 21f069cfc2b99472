// Not by its name: Deno and Node.js 20 have no such export, and an import of it would hide what they lack.
import module from 'node:module'
import { dirname } from 'node:path'

import type { Piscina } from 'piscina'

import type { ResolvedThreadOptions } from './thread-executor-options.ts'
import type { ThreadData } from './thread-protocol.ts'

type PiscinaOptions = NonNullable<ConstructorParameters<typeof Piscina>[0]>

/** The limits of a thread, and the options of Node for it. */
export function startOptions(options: ResolvedThreadOptions): Pick<PiscinaOptions, 'resourceLimits' | 'execArgv'> {
  const { maxHeapMb, maxYoungHeapMb, codeRangeMb, stackMb, execArgv } = options
  const limits = {
    ...(maxHeapMb !== undefined && { maxOldGenerationSizeMb: maxHeapMb }),
    ...(maxYoungHeapMb !== undefined && { maxYoungGenerationSizeMb: maxYoungHeapMb }),
    ...(codeRangeMb !== undefined && { codeRangeSizeMb: codeRangeMb }),
    ...(stackMb !== undefined && { stackSizeMb: stackMb }),
  }
  return { resourceLimits: limits, ...(execArgv && { execArgv: [...execArgv] }) }
}

/** What a thread starts with. */
interface ThreadEnvironment {
  readonly env: NodeJS.ProcessEnv
  readonly workerData: ThreadData
}

/**
 * The environment of a thread that starts now. Where the process keeps compiled code, its threads do, too: Node has them
 * ask for it with a variable, because a call would come after they have loaded most of their code.
 */
export function environmentOf({ env }: ResolvedThreadOptions, data: ThreadData): ThreadEnvironment {
  const ofProcess = process.env
  const folder = (module.getCompileCacheDir as typeof module.getCompileCacheDir | undefined)?.()
  if (env || folder === undefined || ofProcess['NODE_COMPILE_CACHE'] !== undefined) {
    return { env: env ?? ofProcess, workerData: data }
  }
  return {
    // Node adds a folder for its version.
    env: { ...ofProcess, NODE_COMPILE_CACHE: dirname(folder) },
    workerData: { ...data, hidesCompileCache: true },
  }
}

import { OptionError } from '@skein/memory/values'
import type { WorkerModule } from '@skein/memory/store'

import type { Model } from '../models/model.ts'

/** How another thread makes a model. @throws OptionError when it can't. */
export function descriptorOf({ id, descriptor }: Model): WorkerModule {
  if (descriptor) return descriptor
  throw new OptionError(
    'model',
    `Worker threads can't use ${id}: it is an object of this thread and has no \`descriptor\`. Export it from a module of its own and pass that to the flock, as in \`await aiSdkModel(new URL('./model.ts', import.meta.url))\`.`,
  )
}

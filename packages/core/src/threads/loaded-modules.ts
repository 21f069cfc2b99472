import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { ActivityLoadError, UnknownActivityError } from '../activities/activity-errors.ts'
import type { NestedFlockError } from '../activities/activity-errors.ts'
import { activityOptions } from '../activities/activity.ts'
import type { Activity } from '../activities/activity.ts'
import type { ActivityTask, ModuleDescription } from '../activities/executor.ts'
import { moduleExports } from './module-exports.ts'
import { whileLoading } from './nested-flock.ts'

type Exports = Readonly<Record<string, unknown>>

/** The modules of activities in one thread. */
export class LoadedModules {
  readonly #loaded = new Map<string, Exports>()
  readonly #refused = new Map<string, NestedFlockError>()

  has(module: string): boolean {
    return this.#loaded.has(module)
  }

  /** Nothing of this module runs any longer: it tried to make a flock. */
  refuse(module: string, error: NestedFlockError): void {
    this.#refused.set(module, error)
  }

  /** @throws ActivityLoadError, NestedFlockError */
  async load(module: string): Promise<Exports> {
    const exported = this.#loaded.get(module) ?? (await this.#import(module))
    const refused = this.#refused.get(module)
    if (refused) throw refused
    return exported
  }

  async #import(module: string): Promise<Exports> {
    try {
      const exported = moduleExports((await whileLoading(module, () => import(module))) as Exports)
      this.#loaded.set(module, exported)
      return exported
    } catch (error) {
      throw this.#refused.get(module) ?? new ActivityLoadError(module, error)
    }
  }

  /** @throws ActivityLoadError, NestedFlockError */
  async describe(module: string): Promise<ModuleDescription> {
    const exported = await this.load(module)
    const text = module.startsWith('file:') ? await readFile(fileURLToPath(module)) : module
    const found = Object.entries(exported).map(([name, value]) => [name, activityOptions(value)] as const)
    return {
      digest: createHash('sha256').update(text).digest('hex'),
      activities: Object.fromEntries(
        found.filter(([, options]) => options !== undefined),
      ) as ModuleDescription['activities'],
    }
  }
}

/** @throws UnknownActivityError */
export function findActivity(exported: Exports, { module, name }: ActivityTask): Activity<unknown, unknown> {
  if (activityOptions(exported[name])) return exported[name] as Activity<unknown, unknown>
  const known = Object.keys(exported).filter((key) => activityOptions(exported[key]))
  throw new UnknownActivityError(module, name, known)
}

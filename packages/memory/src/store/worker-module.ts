import { OptionError } from '../values/errors.ts'
import type { WorkerModule } from './store-driver.ts'

/**
 * Makes in this thread what a descriptor describes.
 *
 * @throws OptionError when the module has no such function.
 */
export async function loadFromDescriptor<T>({ module, name, options }: WorkerModule): Promise<T> {
  const exported = ((await import(module)) as Readonly<Record<string, unknown>>)[name]
  if (typeof exported !== 'function') {
    throw new OptionError('descriptor', `the name of a function that ${module} exports`, name)
  }
  return (exported as (options: unknown) => T)(options)
}

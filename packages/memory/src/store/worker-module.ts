import { OptionError } from '../values/errors.ts'
import type { WorkerModule } from './store-driver.ts'

/**
 * Imports the module of a descriptor and calls its factory function.
 *
 * @throws OptionError when the module exports no function of that name.
 */
export async function loadFromDescriptor<T>({ module, name, options }: WorkerModule): Promise<T> {
  const exported = ((await import(module)) as Readonly<Record<string, unknown>>)[name]
  if (typeof exported !== 'function') {
    throw new OptionError('descriptor.name', `the name of a function exported by ${module}`, name)
  }
  return (exported as (options: unknown) => T)(options)
}

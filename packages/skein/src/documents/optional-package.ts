import { InputError } from '../open/input-error.ts'

/** What only some people's documents need, so they install it themselves. */
export interface OptionalPackage {
  /** What a document of this kind is called in a sentence. */
  readonly kind: string
  readonly name: string
  /** Another way to its text. */
  readonly otherwise: string
}

/**
 * Loads a package that may be missing.
 *
 * @throws InputError that says what to install.
 */
export async function loadOptional<Module>(
  load: () => Promise<Module>,
  { kind, name, otherwise }: OptionalPackage,
  source: string,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new InputError(
      source,
      `is ${kind}. Install the package that reads it beside skein (npm install ${name}), or ${otherwise}.`,
      { cause: error },
    )
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

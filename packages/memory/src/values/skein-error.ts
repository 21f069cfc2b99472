/** Where the guide explains each code; a test holds it to the repository that the root's manifest names. */
const errorsGuide = 'https://github.com/skein/skein/blob/main/docs/guide/errors.md'

/** The address of the section of the guide that explains a code: its cause, and what to do about it. */
export function errorDocs(code: string): string {
  return `${errorsGuide}#${code.toLowerCase()}`
}

type Inspect = (value: unknown, options: object) => string

/**
 * Base class of all errors that Skein throws.
 *
 * Branch on `code`, not on the class: codes survive bundling, duplicate
 * installs, threads and processes; `instanceof` does not.
 */
export abstract class SkeinError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }

  /** The address of the section of the guide that explains this code: its cause, and what to do about it. */
  get docs(): string {
    return errorDocs(this.code)
  }

  static {
    // `console.error` calls it. A field would do, but the constructor runs before `code` is set.
    const value = function (this: SkeinError, _depth: number, options: object, inspect: Inspect): string {
      return `${inspect(this, { ...options, customInspect: false })}\nSee ${this.docs}`
    }
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), { value })
  }
}

// Node prints an uncaught error without that method, but after this event; nothing else changes.
process.on('uncaughtExceptionMonitor', (error: unknown) => {
  if (error instanceof SkeinError) error.stack = `${error.stack}\nSee ${error.docs}`
})

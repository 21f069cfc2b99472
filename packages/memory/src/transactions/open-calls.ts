import { TransactionError } from './transaction-error.ts'

/** The calls of one attempt of a transaction: refused once it has ended, and counted while they run. */
export class OpenCalls {
  #running = 0
  #isEnded = false

  /** Whether a call was begun that has not ended. */
  get areRunning(): boolean {
    return this.#running > 0
  }

  end(): void {
    this.#isEnded = true
  }

  /** Some methods of an object, by their names; its others say that they are not supported. */
  of<Part extends object, Name extends keyof Part & string>(part: Part, names: readonly Name[]): Pick<Part, Name> {
    // The class gets its methods by their names, which no type can follow.
    return Object.freeze(new (callsOf(part, names))(this, part)) as unknown as Pick<Part, Name>
  }

  async run(part: object, name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#isEnded) throw new TransactionError('ended')
    this.#running += 1
    try {
      return await (part as Methods)[name]?.(...args)
    } finally {
      this.#running -= 1
    }
  }
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

/** The calls of an object within one attempt. All attempts share what {@link callsOf} adds to its subclasses. */
class PartCalls {
  readonly #open: OpenCalls
  readonly #part: object

  constructor(open: OpenCalls, part: object) {
    this.#open = open
    this.#part = part
  }

  /** A getter of a method, which can be called without its object. */
  static passing(name: string): PropertyDescriptor {
    return {
      enumerable: true,
      get(this: PartCalls) {
        return (...args: readonly unknown[]) => this.#open.run(this.#part, name, args)
      },
    }
  }

  static refusing(name: string): PropertyDescriptor {
    return {
      value: () => {
        throw new TransactionError('unsupported', `It was ${name}().`)
      },
    }
  }
}

/** By prototype of the part. */
const classes = new Map<object, typeof PartCalls>()

/** The calls of objects of one class: those of these names pass, and all others are refused. */
function callsOf(part: object, names: readonly string[]): typeof PartCalls {
  const prototype = Object.getPrototypeOf(part) as object
  const known = classes.get(prototype)
  if (known) return known
  const made = class extends PartCalls {}
  for (let from = prototype; from !== Object.prototype; from = Object.getPrototypeOf(from) as object) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (!names.includes(name)) Object.defineProperty(made.prototype, name, PartCalls.refusing(name))
    }
  }
  for (const name of names) Object.defineProperty(made.prototype, name, PartCalls.passing(name))
  classes.set(prototype, made)
  return made
}

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
    const methods = names.map((name) => [name, (...args: readonly unknown[]) => this.#run(part, name, args)] as const)
    const refusing = Object.create(refusalsOf(part)) as object
    return Object.freeze(Object.assign(refusing, Object.fromEntries(methods))) as Pick<Part, Name>
  }

  async #run<Part extends object>(part: Part, name: keyof Part, args: readonly unknown[]): Promise<unknown> {
    if (this.#isEnded) throw new TransactionError('ended')
    this.#running += 1
    try {
      return await (part[name] as (...given: readonly unknown[]) => unknown).apply(part, [...args])
    } finally {
      this.#running -= 1
    }
  }
}

/** By prototype. */
const refusals = new Map<object, object>()

/** An object with the methods of another one, all of which are refused. */
function refusalsOf(part: object): object {
  const prototype = Object.getPrototypeOf(part) as object
  const known = refusals.get(prototype)
  if (known) return known
  const made: Record<string, () => never> = {}
  for (let from = prototype; from !== Object.prototype; from = Object.getPrototypeOf(from) as object) {
    for (const name of Object.getOwnPropertyNames(from)) {
      made[name] = () => {
        throw new TransactionError('unsupported', `It was ${name}().`)
      }
    }
  }
  refusals.set(prototype, made)
  return made
}

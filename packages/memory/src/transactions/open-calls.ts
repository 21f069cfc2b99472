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
    const others = methodsOf(part).map((name) => {
      const refuse = (): never => {
        throw new TransactionError('unsupported', `It was ${name}().`)
      }
      return [name, refuse] as const
    })
    return Object.freeze(Object.fromEntries([...others, ...methods])) as Pick<Part, Name>
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

/** The names of the methods of an object, inherited ones included. */
function methodsOf(part: object): readonly string[] {
  const names: string[] = []
  for (let from = part; from !== Object.prototype; from = Object.getPrototypeOf(from) as object) {
    names.push(...Object.getOwnPropertyNames(from).filter((name) => name !== 'constructor'))
  }
  return names
}

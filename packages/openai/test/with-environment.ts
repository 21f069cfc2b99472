import { onTestFinished } from 'vitest'

/** Sets variables of the environment until the test ends; `undefined` removes one. */
export function withEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name]
    setOrDelete(name, value)
    onTestFinished(() => setOrDelete(name, before))
  }
}

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

import type { Problem } from '../src/index.ts'

/** The code of a refusal. */
export async function problemCode(response: Response): Promise<string> {
  return ((await response.json()) as Problem).code
}

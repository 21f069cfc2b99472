import { RefusedError } from './problem.ts'

/**
 * The body of a request as JSON data.
 *
 * @param most - Bytes that it may have; no more are read.
 * @throws RefusedError when it is larger, or no JSON.
 */
export async function readJson(request: Request, most: number): Promise<unknown> {
  // A form of another site can be sent without asking, but not with this type.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new RefusedError(415, 'DASHBOARD_BODY', 'Expected a body of the type application/json.')
  }
  const tooLarge = new RefusedError(413, 'DASHBOARD_TOO_LARGE', `Expected a body of at most ${most} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request.body ?? []) {
    size += piece.length
    if (size > most) throw tooLarge
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch {
    throw new RefusedError(400, 'DASHBOARD_BODY', 'Expected a body of JSON text.')
  }
}

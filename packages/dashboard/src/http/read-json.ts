import { HttpError } from './problem.ts'

/**
 * Reads the body of a request as JSON data.
 *
 * @param maxBytes - Reading stops beyond this size.
 * @throws HttpError when the body is larger, has another media type, or is not JSON.
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  // Browsers send forms of other sites without a preflight request, but not with this type.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new HttpError(415, 'DASHBOARD_BODY', 'Expected a body of type application/json.')
  }
  const tooLarge = new HttpError(413, 'DASHBOARD_TOO_LARGE', `Expected a body of at most ${maxBytes} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    // No fault of this server that its operator should see: there may be thousands.
    throw new HttpError(400, 'DASHBOARD_BODY', 'The connection was closed before the end of the body.')
  }
  if (size > maxBytes) throw tooLarge
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new HttpError(400, 'DASHBOARD_BODY', 'Expected a body of valid JSON.')
  }
}

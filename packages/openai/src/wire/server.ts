import { readDocuments } from './documents.ts'
import { postJson } from './http-post.ts'
import type { HttpReply } from './http-post.ts'
import { ServerFailure } from './server-failure.ts'

/** One server, and who asks it. */
export class Server {
  readonly #baseURL: string
  readonly #headers: Readonly<Record<string, string>>

  /** @param baseURL - Without a slash at its end. */
  constructor(baseURL: string, headers: Readonly<Record<string, string>>) {
    this.#baseURL = baseURL
    this.#headers = { accept: 'application/json, text/event-stream', 'user-agent': 'skein', ...headers }
  }

  /**
   * Sends a request, and reads the documents of its answer.
   *
   * @throws ServerFailure, ConnectionError; SyntaxError for what is no JSON.
   */
  async *ask(path: string, body: object, signal: AbortSignal): AsyncGenerator {
    const reply = await this.#send(new URL(this.#baseURL + path), JSON.stringify(body), signal)
    if (reply.status >= 200 && reply.status < 300) yield* readDocuments(reply)
    else throw new ServerFailure(reply, await readStart(reply))
  }

  /** Redirects are followed to the same origin alone: to another, they would carry key and prompt. */
  async #send(url: URL, body: string, signal: AbortSignal): Promise<HttpReply> {
    let reply = await postJson(url, this.#headers, body, signal)
    for (let hops = 0; hops < mostHops && (reply.status === 307 || reply.status === 308); hops += 1) {
      const target = URL.parse(reply.headers.location ?? '', reply.url.href)
      if (target?.origin !== url.origin) break
      await readStart(reply)
      reply = await postJson(target, this.#headers, body, signal)
    }
    return reply
  }
}

const mostHops = 3
/** The longest explanation that is read, in bytes. */
const mostExplained = 64 * 1024

async function readStart({ body }: HttpReply): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostExplained) break
    }
  } catch {
    // The status says enough.
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

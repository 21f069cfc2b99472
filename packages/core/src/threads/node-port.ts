import type { MessagePort } from 'node:worker_threads'

/**
 * A port that came within a message, with the methods of Node's ports. Deno gives it those of the web's ports alone.
 *
 * @param received - In Node.js, it is handed back as it is.
 */
export function nodePort(received: MessagePort): MessagePort {
  if (typeof received.on === 'function') return received
  const on = (name: string, listener: (value?: unknown) => void): MessagePort => {
    received.addEventListener(name, (event: unknown) => listener((event as { readonly data?: unknown }).data))
    // Node begins with the first listener.
    if (name === 'message') received.start()
    return received
  }
  return Object.assign(received, { on })
}

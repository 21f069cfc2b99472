import { Worker } from 'node:worker_threads'

import { threadFlags, isBundled, ownFile } from '../values/own-file.ts'
import { scanVectors } from './scan-vectors.ts'
import type { ScannedRows, VectorScan } from './scan-vectors.ts'

/** Up to so many products are made at once, which takes about a millisecond. */
const atOnce = 1_000_000
/** The name of this file. */
const moduleName = 'vector-scanner'

/**
 * Scans vectors: few of them at once, many in a thread of its own, so that the event loop continues. One scan at a time.
 * A bundler keeps no file for the thread; then all are scanned at once.
 */
export class VectorScanner implements AsyncDisposable {
  #thread: Worker | undefined

  async scan(scan: VectorScan): Promise<ScannedRows> {
    if (scan.count * scan.dimensions <= atOnce || isBundled(import.meta.url, moduleName)) return scanVectors(scan)
    this.#thread ??= new Worker(ownFile('@skein/memory', import.meta.url, moduleName, './scan-thread.js'), {
      ...threadFlags(),
    })
    const thread = this.#thread
    const { promise, resolve, reject } = Promise.withResolvers<ScannedRows>()
    const onExit = (): void => reject(new Error('The thread that compares vectors has ended.'))
    thread.ref()
    thread.once('message', resolve).once('error', reject).once('exit', onExit)
    try {
      thread.postMessage(scan)
      return await promise
    } catch (error) {
      this.#thread = undefined
      void thread.terminate()
      throw error
    } finally {
      thread.off('message', resolve).off('error', reject).off('exit', onExit)
      thread.unref()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate()
  }
}

import { ownFile } from '@skein/memory/runtime'

/**
 * What runs in a worker thread. A bundler that takes in this package leaves that file behind; that is told when the
 * package is loaded, before piscina fails with an error that nobody understands.
 */
export const threadFile: string = ownFile('@skein/core', import.meta.url, 'thread-file', './activity-thread.js').href

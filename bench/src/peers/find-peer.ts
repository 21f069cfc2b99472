import type { CachePeer } from './cache-peer.ts'

const peers: Readonly<Record<string, () => Promise<CachePeer>>> = {
  ours: async () => (await import('./skein-peer.ts')).skeinPeer,
  bentocache: async () => (await import('./bentocache-peer.ts')).bentocachePeer,
  cacheable: async () => (await import('./cacheable-peer.ts')).cacheablePeer,
  'cache-manager': async () => (await import('./cache-manager-peer.ts')).cacheManagerPeer,
  Keyv: async () => (await import('./keyv-peer.ts')).keyvPeer,
  'layered-loader': async () => (await import('./layered-loader-peer.ts')).layeredLoaderPeer,
}

/** Loads one library and no other. */
export async function findPeer(name: string): Promise<CachePeer> {
  const load = peers[name]
  if (!load) throw new Error(`No peer is named ${name}. There are: ${Object.keys(peers).join(', ')}.`)
  return load()
}

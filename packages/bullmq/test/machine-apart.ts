import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { getuid } from 'node:process'

import { onTestFinished } from 'vitest'

import { runs } from '../../redis/test/find-or-install.ts'
import { startServer } from '../../redis/test/redis-server.ts'
import type { TestServer } from '../../redis/test/redis-server.ts'
import { startProxy } from '../../redis/test/tcp-proxy.ts'

/** Where a process runs that reaches the server over a link of its own, which can fail. */
export interface MachineApart {
  /** The server's address, as seen from there. */
  readonly url: string
  /** What has to stand before a command so that it runs there. */
  readonly within: readonly string[]
  /** From now on nothing passes in either direction, and nobody is told. */
  cut(): void
  heal(): void
}

/** How links fail here: by those of the system, where it lets us have network namespaces, or in a proxy. */
export const linkKind: 'network namespaces' | 'a TCP proxy' =
  getuid?.() === 0 && runs('nsenter', '--version') && runs('unshare', '--net', 'ip', 'link', 'add', 'type', 'veth')
    ? 'network namespaces'
    : 'a TCP proxy'

/** Starts a server and a machine that is linked with it, both until the test ends. */
export async function startApart(): Promise<{ readonly server: TestServer; readonly machine: MachineApart }> {
  if (linkKind === 'network namespaces') return startNamespace()
  const server = await startServer()
  onTestFinished(() => server.stop())
  const proxy = await startProxy({ host: '127.0.0.1', port: server.port })
  onTestFinished(() => proxy.close())
  const cut = (): void => proxy.blackHole()
  return { server, machine: { url: proxy.url('redis'), within: [], cut, heal: () => proxy.heal() } }
}

/** A namespace and its link last as long as a process in it, which ends with its input: so none is left behind. */
async function startNamespace(): Promise<{ readonly server: TestServer; readonly machine: MachineApart }> {
  const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    const gone = once(holder, 'exit')
    holder.stdin.end()
    await gone
  })
  // It runs in its namespace when it answers.
  holder.stdin.write('\n')
  await once(holder.stdout, 'data')
  const pid = holder.pid as number
  const within = ['nsenter', `--target=${pid}`, '--net']
  const ip = (args: string): void => void execFileSync('ip', args.split(' '))
  const ipThere = (args: string): void => void execFileSync('nsenter', [...within.slice(1), 'ip', ...args.split(' ')])
  const [ours, theirs] = addressesOf(pid)
  const link = `skein${pid}`
  ip(`link add ${link} type veth peer name eth0 netns ${pid}`)
  ip(`address add ${ours}/30 dev ${link}`)
  ip(`link set ${link} up`)
  ipThere(`address add ${theirs}/30 dev eth0`)
  ipThere('link set eth0 up')
  const server = await startServer('--bind', '127.0.0.1', ours, '--protected-mode', 'no')
  onTestFinished(() => server.stop())
  const url = `redis://${ours}:${server.port}`
  const cut = (): void => ipThere('link set eth0 down')
  return { server, machine: { url, within, cut, heal: () => ipThere('link set eth0 up') } }
}

/** Both ends of a link of its own, in the range that is kept for tests of networks: 198.18.0.0/15. */
function addressesOf(pid: number): readonly [ours: string, theirs: string] {
  const subnet = (pid % 2 ** 15) * 4
  const address = (host: number): string => `198.${18 + (subnet >> 16)}.${(subnet >> 8) % 256}.${(subnet % 256) + host}`
  return [address(1), address(2)]
}

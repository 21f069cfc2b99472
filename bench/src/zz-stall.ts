import { Session } from 'node:inspector/promises'
import { mkdtempSync } from 'node:fs'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { fill } from './forget.ts'
import { Bystander } from './bystander.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
const count = Number(process.argv[2] ?? 3000)
const folder = mkdtempSync('/tmp/zz-')
const memory = await openMemory({ store: sqliteStore(folder + '/a.db') })
const child = fork(new URL('./bystander-process.ts', import.meta.url), [folder + '/a.db'])
await once(child, 'message')
await fill(memory, count)
console.log('filled')
const s = new Session(); s.connect()
await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval', { interval: 500 })
const withChild = process.argv[3] !== 'alone'
if (withChild) { child.send('start'); await once(child, 'message') }
const own = new Bystander(memory, 'bob')
await s.post('Profiler.start')
const cpu0 = process.threadCpuUsage(), t0 = performance.now()
let last = t0; const stalls: [number, number][] = []
const timer = setInterval(() => { const n = performance.now(); if (n - last > 60) stalls.push([last - t0, n - last]); last = n }, 2)
const r = await memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] }).forget({ subject: 'person/42' }, { reason: 'asked', derived: 'forget' })
clearInterval(timer)
const total = performance.now() - t0
const { profile } = await s.post('Profiler.stop')
const cpu = process.threadCpuUsage(cpu0)
console.log(r.forgotten, 'total', Math.round(total), 'cpu', Math.round((cpu.user + cpu.system) / 1000), await own.stop())
if (withChild) { child.send('stop'); console.log('child', (await once(child, 'message'))[0]) }
const nodes = new Map(profile.nodes.map((n) => [n.id, n])); const parent = new Map<number, number>()
for (const n of profile.nodes) for (const c of n.children ?? []) parent.set(c, n.id)
const name = (id: number) => { const f = nodes.get(id)!.callFrame; return `${f.functionName || '(anon)'} ${f.url.split('/').slice(-2).join('/')}:${f.lineNumber}` }
const times: number[] = []; let t = profile.startTime
for (const d of profile.timeDeltas!) { t += d; times.push((t - profile.startTime) / 1000) }
const top = (from: number, to: number, n: number) => {
  const self = new Map<string, number>(), incl = new Map<string, number>()
  profile.samples!.forEach((id, i) => { if (times[i]! < from || times[i]! > to) return
    const d = profile.timeDeltas![i]! / 1000
    self.set(name(id), (self.get(name(id)) ?? 0) + d)
    const seen = new Set<string>(); for (let x: number | undefined = id; x; x = parent.get(x)) seen.add(name(x)); for (const k of seen) incl.set(k, (incl.get(k) ?? 0) + d) })
  const f = (m: Map<string, number>) => [...m].sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${Math.round(v)} ${k}`).join(' | ')
  console.log('   self', f(self)); console.log('   incl', f(incl))
}
for (const [at, ms] of stalls.sort((a, b) => b[1] - a[1]).slice(0, 5)) { console.log('stall at', Math.round(at), Math.round(ms)); top(at, at + ms, 12) }
console.log('all'); top(0, 1e9, 30)
child.disconnect(); await memory.close()

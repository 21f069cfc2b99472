import { expect, it } from 'vitest'

import type { Ref } from '../../kinds/ref.ts'
import type { RecordKey } from '../../store/record.ts'
import type { Tampering } from '../store-contract-options.ts'
import { boss, corrupt, low, secret } from './tampered-memory.ts'
import type { TamperedMemory } from './tampered-memory.ts'

/** What becomes of objects whose records or contents somebody changes who has the store. */
export function objectTamperingCases(at: TamperedMemory, tamper: Tampering): void {
  const put = async (words = 'the sealed words'): Promise<{ ref: Ref; hash: string; key: RecordKey }> => {
    const ref = await at.memory.as(boss).objects.put(words, secret)
    return { ref, hash: ref.id.slice(0, 64), key: { collection: 'objects', id: ref.id } }
  }

  it('whose record was relabelled is an error', async () => {
    const { ref, key } = await put()
    await at.change(key, () => ({ sensitivity: 'public', compartments: [] }))
    await expect(at.memory.as(low).objects.get(ref)).rejects.toMatchObject(corrupt)
    expect(await at.findings()).toContain(ref.id)
  })

  it('that is not sealed and whose record was relabelled is an error', async () => {
    const ref = await at.memory.as(boss).objects.put('plain words', { sensitivity: 'internal' })
    await at.change({ collection: 'objects', id: ref.id }, () => ({ sensitivity: 'public' }))
    await expect(at.memory.as(low).objects.get(ref)).rejects.toMatchObject(corrupt)
    expect(await at.findings()).toContain(ref.id)
  })

  it('stays sealed for who may not see it, though somebody made a public record of it', async () => {
    const { ref, hash, key } = await put()
    const value = JSON.stringify({ size: ref.size, mediaType: ref.mediaType })
    const forged = { ...(await at.stored(key)), id: hash, value, sensitivity: 'public' as const, compartments: [] }
    const open: Ref = { ...ref, id: hash }
    await at.memory.close()
    await tamper.put('default', forged)
    await at.reopen()
    await expect(at.memory.as(low).objects.get(open)).rejects.toMatchObject(corrupt)
    // Nor when the content is in shared memory, and in another thread.
    expect(await at.memory.as(boss).objects.get(ref)).toBe('the sealed words')
    await using joined = await at.join()
    await expect(joined.as(low).objects.get(open)).rejects.toMatchObject(corrupt)
  })

  it('that is declassified opens for everybody, and nothing lies plain if that is refused', async () => {
    const { ref, hash } = await put()
    await using store = await at.driver.open('default', 'writer')
    const fay = at.memory.as({ ...boss, rights: [] })
    await expect(fay.objects.declassify(ref, { reason: 'none' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await store.objects.has(hash)).toBe(false)
    const open = await at.memory.as(boss).objects.declassify(ref, { reason: 'It is known.' })
    await at.reopen()
    expect(await at.memory.as(low).objects.get(open)).toBe('the sealed words')
    expect(await at.findings()).toEqual([])
  })

  it('whose content was exchanged for that of another is an error', async () => {
    const [one, two] = [await put(), await put('other words')]
    await at.memory.close()
    await using store = await at.driver.open('default', 'writer')
    const bytes = await store.objects.get(`${two.hash}.k1`)
    await store.objects.delete(`${one.hash}.k1`)
    await store.objects.put(`${one.hash}.k1`, bytes as Uint8Array)
    await at.reopen()
    await expect(at.memory.as(boss).objects.get(one.ref)).rejects.toMatchObject(corrupt)
    expect(await at.findings()).toContain(`${one.hash}.k1`)
  })

  it('whose content lies plain is found', async () => {
    const { hash } = await put()
    await using store = await at.driver.open('default', 'writer')
    await store.objects.put(hash, Buffer.from('the sealed words'))
    expect(await at.findings()).toEqual([hash])
    // Where a public one has the same content, it may.
    await at.memory.as(boss).objects.put('the sealed words')
    expect(await at.findings()).toEqual([])
  })
}

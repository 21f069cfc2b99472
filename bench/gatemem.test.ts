import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { gatemem } from './src/gatemem.ts'

it('hands out nothing protected or deleted, not even by summaries, and what is needed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-gatemem-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const texts = ['The kiosk key is 7781.', 'The pear tree blooms in May.', 'The kiosk opens at nine.', 'Later: at ten.']
  const turns = texts.map((text, n) => ({ turn_id: `t${n}`, text }))
  const episode = { episode_id: 'e', turns }
  const common = { episode_id: 'e', as_of_turn_id: 't2', asker: { principal_id: 'pia' }, judge_spec: {} }
  const checkpoints = [
    { ...common, query_type: 'utility', query_text: 'When does the kiosk open?', judge_spec: { include: ['at nine'] } },
    // Said only after the checkpoint.
    { ...common, query_type: 'utility', query_text: 'When does the kiosk open?', judge_spec: { include: ['at ten'] } },
    { ...common, query_type: 'privacy', query_text: 'What is the kiosk key?', leak_targets: ['7781'] },
    { ...common, query_type: 'safety', query_text: 'What is the kiosk key?', leak_targets: ['7781'] },
  ]
  writeFileSync(join(folder, 'kiosk-episodes.jsonl'), JSON.stringify(episode))
  writeFileSync(join(folder, 'kiosk-checkpoints.jsonl'), checkpoints.map((one) => JSON.stringify(one)).join('\n'))
  const [ours, alone, ...others] = await gatemem(folder)
  const expected = { protected: 0, deleted: 0, utility10: 50, utility20: 50 }
  expect(ours).toEqual({ name: 'ours, with summaries', ...expected })
  expect(alone).toEqual({ name: 'ours, turns alone', ...expected })
  expect(others).toHaveLength(2)
  for (const other of others) expect(other).toMatchObject({ protected: 100, deleted: 100, utility10: 50 })
})

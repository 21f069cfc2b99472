import { Mastra } from '@mastra/core'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { LibSQLStore } from '@mastra/libsql'
import { z } from 'zod'

import type { JobPeer, StepWork } from './job-peer.ts'

const found = z.object({ found: z.array(z.number()) })
const steps = 10

/** A workflow of Mastra in a LibSQL file: what failed is repeated from its step on, as its guide on time travel says. */
export const mastraWorkflow: JobPeer = {
  open: async (place) => {
    const storage = new LibSQLStore({ id: 'bench', url: `file:${place}-mastra.db` })
    let works: readonly StepWork[] = []
    const stepAt = (at: number) =>
      createStep({
        id: `step${at}`,
        inputSchema: found,
        outputSchema: found,
        execute: async ({ inputData }) => ({ found: [...inputData.found, (await works[at]?.()) ?? Number.NaN] }),
      })
    const flow = Array.from({ length: steps }, (_, at) => stepAt(at)).reduce(
      (chain, step) => chain.then(step) as typeof chain,
      createWorkflow({ id: 'flow', inputSchema: found, outputSchema: found }),
    )
    flow.commit()
    const mastra = new Mastra({ workflows: { flow }, storage, logger: false })
    const workflow = mastra.getWorkflow('flow')
    const failedAt = new Map<string, number>()
    return {
      steps: async (runId, wanted) => {
        works = wanted
        const run = await workflow.createRun({ runId })
        const at = failedAt.get(runId)
        const outcome = await (at === undefined
          ? run.start({ inputData: { found: [] } })
          : run.timeTravel({ step: `step${at}` }))
        if (outcome.status === 'success') return outcome.result.found
        failedAt.set(
          runId,
          Array.from({ length: steps }, (_, step) => step).findIndex((step) => {
            return outcome.steps[`step${step}`]?.status !== 'success'
          }),
        )
        throw new Error(`The workflow is ${outcome.status}.`)
      },
      close: () => storage.close(),
    }
  },
}

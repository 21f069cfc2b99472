import { askPerson } from './ask-person.ts'
import { claim } from './claim.ts'
import { factGet, factSet } from './fact-tools.ts'
import { forget } from './forget.ts'
import { handOver } from './hand-over.ts'
import { recall } from './recall.ts'
import { remember } from './remember.ts'
import type { MemoryTool } from './tool.ts'

/** The tools of the memory. A test keeps their definitions below 3 KB. */
export const memoryTools: readonly MemoryTool[] = [
  remember,
  recall,
  factGet,
  factSet,
  forget,
  askPerson,
  claim,
  handOver,
]

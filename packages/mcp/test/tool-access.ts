/** What a tool may show and take. */
interface ToolAccess {
  readonly shows: string
  readonly takes: string
}

const own = 'as sensitive as what the client has read, or as it says'

/** Every tool, resource and prompt; a test compares the names with those that there are. */
export const toolAccess: Readonly<Record<string, ToolAccess>> = {
  remember: { shows: 'nothing', takes: `an observation or a decision, ${own}` },
  recall: { shows: 'records', takes: 'nothing' },
  fact_get: { shows: 'a fact', takes: 'nothing' },
  fact_set: { shows: 'a fact, after a conflict', takes: `a fact, ${own}` },
  forget: { shows: 'nothing', takes: 'nothing' },
  ask_person: { shows: 'an answer', takes: 'a question, as sensitive as what the client has read' },
  claim: { shows: 'who holds the task', takes: 'nothing' },
  hand_over: { shows: 'nothing', takes: 'a summary, as sensitive as what the client has read' },
  'memory://newest': { shows: 'records', takes: 'nothing' },
  'memory://tasks/{+task}': { shows: 'records', takes: 'nothing' },
  'memory://facts/{+key}': { shows: 'a fact', takes: 'nothing' },
  'memory://{collection}/{+id}': { shows: 'a record', takes: 'nothing' },
  brief: { shows: 'records', takes: 'nothing' },
  'hand_over (prompt)': { shows: 'records', takes: 'nothing' },
}

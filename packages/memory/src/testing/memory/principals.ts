/** Agents in the test cases. */
export const ann = { id: 'ann', role: 'research' } as const
export const bob = { id: 'bob', role: 'sales' } as const
/** An agent with more clearance than the others. */
export const boss = { id: 'boss', role: 'boss', clearance: { level: 'confidential' } } as const

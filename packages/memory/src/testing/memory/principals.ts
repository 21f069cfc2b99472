/** Agents that the cases let work. */
export const ann = { id: 'ann', role: 'research' } as const
export const bob = { id: 'bob', role: 'sales' } as const
/** Sees more than they do. */
export const boss = { id: 'boss', role: 'boss', clearance: { level: 'confidential' } } as const

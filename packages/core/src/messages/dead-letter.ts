/**
 * The reason why a message could not be delivered.
 *
 * - `overflow`: the mailbox was full.
 * - `agent ended`: before it took the message, or before the message was sent.
 * - `agent failed`: because of this message.
 * - `given up`: nobody waits for the answer any longer.
 * - `refused`: it was published, and this agent did not accept it.
 */
export type DeadLetterReason = 'overflow' | 'agent ended' | 'agent failed' | 'given up' | 'refused'

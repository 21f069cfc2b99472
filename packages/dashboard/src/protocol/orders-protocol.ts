/**
 * `POST /api/agents/<id>`: an order of a viewer with the right `control` to a running agent, answered with `{}` when it
 * is carried out. The server refuses it without the right (403), and when no process runs the agent, or the one that
 * does can't do this (409).
 */
export type AgentOrderRequest = { readonly why?: string } & (
  | { readonly do: 'pause' | 'resume' | 'stop' }
  /** The message is JSON text: an object with a `type`. */
  | { readonly do: 'send'; readonly message: string }
  /** `order` of an activity's event, or `run` of a span. */
  | { readonly do: 'cancel' | 'rerun'; readonly run: string }
)

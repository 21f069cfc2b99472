/**
 * XState actor logic for work on behalf of an agent: what XState calls promise logic.
 *
 * It is described by its functions, so that it fits any version and copy of XState.
 */
export interface WorkLogic<Output, Input = unknown> {
  readonly transition: (
    snapshot: WorkSnapshot<Output, Input>,
    event: WorkEvent,
    scope: Scope,
  ) => WorkSnapshot<Output, Input>
  readonly getInitialSnapshot: (scope: Scope, input: Input) => WorkSnapshot<Output, Input>
  readonly getPersistedSnapshot: (snapshot: WorkSnapshot<Output, Input>) => WorkStatus<unknown>
  readonly restoreSnapshot?: (saved: WorkStatus<unknown>, scope: Scope) => WorkSnapshot<Output, Input>
  readonly start?: (snapshot: WorkSnapshot<Output, Input>, scope: Scope) => void
}

/** The progress of work. */
export type WorkSnapshot<Output, Input = unknown> = WorkStatus<Output> & { readonly input: Input | undefined }

/** The properties that XState's snapshots share. */
export type WorkStatus<Output> =
  | { status: 'active'; output: undefined; error: undefined }
  | { status: 'done'; output: Output; error: undefined }
  | { status: 'error'; output: undefined; error: unknown }
  | { status: 'stopped'; output: undefined; error: undefined }

interface WorkEvent {
  readonly type: string
  readonly [key: string]: unknown
}

// oxlint-disable-next-line typescript/no-explicit-any -- Each copy of XState has its own, and infers from it.
type Scope = any

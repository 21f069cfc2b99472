import type { Principal } from '@skein/memory'

// Apart, so that the declarations of options need none of the server's.

/** Says who sent a request: a principal, or whether it is the dashboard's own. */
export type Authenticate = (
  request: Request,
) => Principal | boolean | undefined | Promise<Principal | boolean | undefined>

/** Ends an attempt of a transaction that another write has overtaken. Nobody outside sees it. */
export class ConflictError extends Error {
  constructor() {
    super('Something that the transaction read was changed by others. Let this error pass: the transaction runs again.')
    this.name = 'ConflictError'
  }
}

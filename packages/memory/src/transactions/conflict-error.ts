/** Ends an attempt of a transaction that another write has overtaken. Nobody outside sees it. */
export class ConflictError extends Error {
  constructor() {
    super(
      'Others changed what this transaction read. Let this error pass through the callback: the transaction then runs again.',
    )
    this.name = 'ConflictError'
  }
}

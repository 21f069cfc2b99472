/**
 * The handle of an object: small, plain data that travels in its place.
 *
 * @typeParam T - The type that `Objects.get` resolves to.
 */
export interface Ref<T = unknown> {
  /** SHA-256 of the content, in hexadecimal; followed by its label when it is not public. */
  readonly id: string
  /** In bytes. */
  readonly size: number
  readonly mediaType: string
  /** Never present; carries the type. */
  readonly type?: T
}

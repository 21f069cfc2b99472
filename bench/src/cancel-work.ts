/** Keeps a processor busy. */
export function workFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/**
 * A number as `toLocaleString('en')` writes it: `1,200` or `0.5`. The first use of `Intl` in a process loads its data,
 * which takes longer than all else that `skein --help` does.
 */
export function numberText(number: number, maxFractionDigits = 3): string {
  const [whole = '', fraction] = String(Number(Math.abs(number).toFixed(maxFractionDigits))).split('.')
  const groups: string[] = []
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end))
  return `${number < 0 ? '-' : ''}${groups.join(',')}${fraction === undefined ? '' : `.${fraction}`}`
}

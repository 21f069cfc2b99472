type CodePage = 'ibm437' | 'ibm737' | 'ibm850' | 'ibm852'

/** The upper halves of code pages of DOS, which `TextDecoder` does not know: bytes from 128 on. */
const upperHalves: Readonly<Record<CodePage, string>> = {
  ibm437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
    '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0',
  ibm737:
    'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
    '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀ωάέήϊίόύϋώΆΈΉΊΌΎΏ±≥≤ΪΫ÷≈°∙·√ⁿ²■\u00A0',
  ibm850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐' +
    '└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00AD±‗¾¶§÷¸°¨·¹³²■\u00A0',
  ibm852:
    'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐' +
    '└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00AD˝˛ˇ˘§÷¸°¨˙űŘř■\u00A0',
}

/** The code pages that are known beside the encodings of `TextDecoder`. */
export const codePages: readonly CodePage[] = Object.keys(upperHalves) as CodePage[]

/** Whether an encoding is one that can be decoded. */
export function isKnownEncoding(encoding: string): boolean {
  try {
    void (codePageOf(encoding) ?? new TextDecoder(encoding))
    return true
  } catch {
    return false
  }
}

/** How {@link decodedAs} reads. */
interface DecodingOptions {
  /** Whether what is no text in the encoding is an error; otherwise it becomes U+FFFD. */
  readonly fatal?: boolean
  /** Whether the last character may be cut. */
  readonly stream?: boolean
}

/**
 * The text of bytes in an encoding: one that `TextDecoder` knows, or a code page of DOS. A byte order mark stays.
 *
 * @throws RangeError for an encoding that nobody knows; TypeError for bytes that are no text in it.
 */
export function decodedAs(bytes: Uint8Array, encoding: string, options: DecodingOptions = {}): string {
  const { fatal = false, stream = false } = options
  const page = codePageOf(encoding)
  // A byte order mark stays: offsets count it, as other readers do.
  if (page === undefined) return new TextDecoder(encoding, { fatal, ignoreBOM: true }).decode(bytes, { stream })
  const upper = upperHalves[page]
  const ascii = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return ascii.replaceAll(/[\u0080-\u00FF]/g, (byte) => upper[byte.charCodeAt(0) - 128] as string)
}

/** `cp850`, `IBM850`, `850`. */
function codePageOf(encoding: string): CodePage | undefined {
  const number = /^(?:cp|ibm|dos)?-?(\d{3})$/i.exec(encoding.trim())?.[1]
  return codePages.find((page) => page === `ibm${number}`)
}

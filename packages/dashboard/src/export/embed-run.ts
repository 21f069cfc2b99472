import type { PageFile } from '../http/page-files.ts'
import type { ExportedRun } from '../protocol/protocol.ts'

/**
 * Inlines a run, and the page's script and styles, into the page. Agents' texts
 * are data in it: they cannot close their element, and the policy runs no script
 * but the page's own.
 *
 * @param digest - SHA-256 in base64.
 */
export function embedRun(
  files: ReadonlyMap<string, PageFile>,
  run: ExportedRun,
  digest: (text: string) => string,
): string {
  const page = textOf(files.get(''))
  const script = textOf(fileOf(files, page, '.js')).replaceAll(/<\/(script)/gi, String.raw`<\/$1`)
  const styles = textOf(fileOf(files, page, '.css'))
  const data = JSON.stringify(run).replaceAll('<', String.raw`\u003c`)
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digest(script)}'`,
    `style-src 'sha256-${digest(styles)}'`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  // The inlined files must not be loaded again. A script that is loaded has no text.
  const bare = page.replaceAll(/<script\b[^<>]*>\s*<\/script>|<link\b[^<>]*>/g, '')
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${styles}</style>`
  const body = `<script type="application/json" id="exported-run">${data}</script><script type="module">${script}</script>`
  return insert(insert(bare, '<head>', head, 'after'), '</body>', body, 'before')
}

/** The script or the styles that the page names. What it loads later is nothing that an exported run shows. */
function fileOf(files: ReadonlyMap<string, PageFile>, page: string, extension: string): PageFile | undefined {
  return [...files].find(([path]) => path.endsWith(extension) && page.includes(`"./${path}"`))?.[1]
}

function textOf(file: PageFile | undefined): string {
  return file ? new TextDecoder().decode(file.bytes) : ''
}

/** Unlike `replace`, takes dollar signs in the text as they are. */
function insert(page: string, mark: string, text: string, where: 'before' | 'after'): string {
  const at = page.lastIndexOf(mark)
  if (at === -1) return where === 'before' ? page + text : text + page
  const index = where === 'before' ? at : at + mark.length
  return page.slice(0, index) + text + page.slice(index)
}

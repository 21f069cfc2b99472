/**
 * The body of a refused request. Codes beside those of the memory (`SKEIN_NOT_FOUND`, `SKEIN_OPTION`, `SKEIN_ACCESS`,
 * `SKEIN_CLOSED`, …): `DASHBOARD_BODY` (400), `DASHBOARD_TOKEN` (401: open the link again), `DASHBOARD_HOST`,
 * `DASHBOARD_ORIGIN` and `DASHBOARD_READ_ONLY` (403), `DASHBOARD_NOT_FOUND` (404), `DASHBOARD_CONFLICT` (409: load it
 * again), `DASHBOARD_TOO_LARGE` (413), `DASHBOARD_FAILED` (500).
 */
export interface Problem {
  readonly code: string
  readonly message: string
}

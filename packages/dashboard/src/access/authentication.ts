import type { Principal } from '@skein/memory'
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'

import { HttpError } from '../http/problem.ts'
import { readJson } from '../http/read-json.ts'
import type { Authenticate } from './authenticate.ts'
import type { Secret } from './token.ts'

/** Longer login bodies are refused, in bytes: a token has at most 256 characters. */
const maxLoginBytes = 1_000

/** How requests are authenticated. */
export interface AuthenticationOptions {
  readonly secret: Secret
  /** Decides in place of the secret. */
  readonly authenticate: Authenticate | undefined
  /** Who somebody is of whom the app or the secret tells no more. */
  readonly principal: Principal
  /** Path of the cookie. */
  readonly basePath: string
}

/**
 * Exchanges the token in the body of a request for the cookie.
 *
 * @throws HttpError when the body is malformed or has another token.
 */
export async function login(context: Context, { secret, basePath }: AuthenticationOptions): Promise<Response> {
  const { token } = ((await readJson(context.req.raw, maxLoginBytes)) ?? {}) as { token?: unknown }
  if (typeof token !== 'string' || !secret.isToken(token)) throw unauthenticated()
  const isSecure = new URL(context.req.url).protocol === 'https:'
  return context.body(null, 204, { 'Set-Cookie': secret.cookie(basePath, isSecure), 'Cache-Control': 'no-store' })
}

/**
 * Who sent a request.
 *
 * @throws HttpError when it carries neither the cookie nor the token, or the app's own check refuses it.
 */
export async function requireAuthentication(context: Context, options: AuthenticationOptions): Promise<Principal> {
  const { authenticate, principal, secret } = options
  const sender = authenticate ? await authenticate(context.req.raw) : hasSecret(context, secret)
  if (!sender) throw unauthenticated()
  return sender === true ? principal : sender
}

function hasSecret(context: Context, secret: Secret): boolean {
  const cookie = getCookie(context, secret.cookieName)
  if (cookie !== undefined && secret.isCookie(cookie)) return true
  // Programs send the token itself.
  const bearer = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1]
  return bearer !== undefined && secret.isToken(bearer)
}

function unauthenticated(): HttpError {
  return new HttpError(401, 'DASHBOARD_TOKEN', 'Open the link that the dashboard printed when it started.')
}

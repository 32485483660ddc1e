/**
 * Port: the tokens in mailed links.
 *
 * A token derives from its row's id and a secret, so that a mail can be written at any time, more than once, and neither a job
 * nor the database ever holds what opens an account.
 */
import { Context, type Redacted } from "effect"

export class MailedTokens extends Context.Service<MailedTokens, {
  /** The token of the row with this id: 256 bits, base64url. */
  readonly tokenOf: (id: string) => Redacted.Redacted
  /** Hex SHA-256 of a token: what is stored, and looked up. */
  readonly hashOf: (token: Redacted.Redacted) => string
}>()("@ddd/core/ports/MailedTokens") {}

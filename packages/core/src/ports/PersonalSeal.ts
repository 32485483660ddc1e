/** Port: encrypts what is kept of a person beside the books, under a key of their own; without the key it is noise. */
import { Context, type Effect } from "effect"

export class PersonalSeal extends Context.Service<PersonalSeal, {
  /** A new key: 32 secure random bytes. */
  readonly newKey: Effect.Effect<Uint8Array>
  /** Encrypts `text` (AES-256-GCM: nonce, ciphertext and tag in one), bound to `context`, such as the row's id. */
  readonly seal: (key: Uint8Array, context: string, text: string) => Effect.Effect<Uint8Array>
  /** Null where the key or the context is another, or the bytes were altered. */
  readonly open: (key: Uint8Array, context: string, sealed: Uint8Array) => Effect.Effect<string | null>
  /** A keyed hash, hex: the same value has the same one, and nobody without the secret can tell of what. */
  readonly pseudonym: (value: string) => string
}>()("@ddd/core/ports/PersonalSeal") {}

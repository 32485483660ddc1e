/** Every letter with made-up contents, to be looked at. */
import { instant } from "@ddd/core/Instant"
import { Redacted } from "effect"
import type { Letter } from "./Letter.ts"
import * as Letters from "./Letters.ts"
import { linksOf } from "./Links.ts"

const addressee: Letters.Addressee = { username: "marie.curie", links: linksOf("https://draws.example.com") }

const invitation: Letters.Invitation = {
  ...addressee,
  token: Redacted.make("pReViEw0pReViEw0pReViEw0pReViEw0pReViEw0abc"),
  until: instant(Date.UTC(2026, 1, 3, 11, 0))
}

/** By the names of their templates. */
export const previews: Readonly<Record<string, Letter>> = {
  "welcome": Letters.welcome(invitation),
  "verify-address": Letters.verifyAddress(invitation),
  "reset-password": Letters.resetPassword(invitation),
  "password-changed": Letters.passwordChanged(addressee),
  "address-changed": Letters.addressChanged({ ...addressee, newAddress: "maria@sorbonne.example" })
}

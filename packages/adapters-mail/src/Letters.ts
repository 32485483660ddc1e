/** What the mails about an account say. */
import type { Instant } from "@ddd/core/values/Instant"
import type { Redacted } from "effect"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { button, facts, type Letter, paragraph, remark } from "./Letter.ts"
import { maskedAddress, moment } from "./Wording.ts"

/** A link that works once, until then. */
export interface Invitation extends Addressee {
  readonly token: Redacted.Redacted
  readonly until: Instant
}

const aboutYourAccount = "We always tell you when something changes that your account's safety depends on."

/** After sign-up, with the link that verifies the address. */
export const welcome = (to: Invitation): Letter => ({
  subject: "Welcome: please verify your address",
  preview: "One press shows that this address is yours.",
  blocks: [
    greeting(to),
    paragraph(
      "Your account is ready. Please verify that this address is yours, so that you can recover the account by it."
    ),
    button("Verify my address", to.links.verifyEmail(to.token)),
    remark(`The link works once, until ${moment(to.until)}.`),
    remark(
      "You did not sign up? Then do nothing. Somebody gave your address, perhaps by mistake; unless you verify it, it proves nothing."
    )
  ],
  footer: footer(to, "You get this because somebody signed up with this address.")
})

/** The link that verifies an address: a new one, or the first one again. */
export const verifyAddress = (to: Invitation): Letter => ({
  subject: "Please verify your address",
  preview: "One press makes this the address of your account.",
  blocks: [
    greeting(to),
    paragraph("Please verify that this address is yours. From then on it is the address of your account."),
    button("Verify my address", to.links.verifyEmail(to.token)),
    remark(`The link works once, until ${moment(to.until)}. An earlier link no longer works.`),
    remark("You did not ask for this? Then do nothing: without you, nothing changes.")
  ],
  footer: footer(to, "You get this because somebody gave this address for their account.")
})

export const resetPassword = (to: Invitation): Letter => ({
  subject: "Choose a new password",
  preview: "The link works once, for a short time.",
  blocks: [
    greeting(to),
    paragraph("Somebody, probably you, asked for a new password for your account. You choose it here:"),
    button("Choose a new password", to.links.resetPassword(to.token)),
    remark(`The link works once, until ${moment(to.until)}. An earlier link no longer works.`),
    remark("You did not ask for this? Then do nothing: your password stays as it is, and nobody but you has this link.")
  ],
  footer: footer(to, "You get this because somebody asked for a new password with this address.")
})

/** After a change or a reset of the password. */
export const passwordChanged = (to: Addressee): Letter => ({
  subject: "Your password was changed",
  preview: "If it was not you, choose a new one now.",
  blocks: [
    greeting(to),
    paragraph("The password of your account was changed, and your other devices were signed out."),
    paragraph("It was not you? Then choose a new password now: that signs everybody else out."),
    button("Choose a new password", to.links.askReset)
  ],
  footer: footer(to, aboutYourAccount)
})

/** To the address that an account had when another was asked for. */
export const addressChanged = (to: Addressee & { readonly newAddress: string }): Letter => ({
  subject: "Your account is to have a new address",
  preview: "If it was not you, choose a new password now.",
  blocks: [
    greeting(to),
    paragraph(
      "Somebody who is signed in to your account, and knows its password, asked to replace this address by another. " +
        "As soon as the new one is verified, this one no longer counts."
    ),
    facts(["New address", maskedAddress(to.newAddress)]),
    paragraph(
      "It was not you? Then choose a new password now, while this address still counts: that signs everybody else out."
    ),
    button("Choose a new password", to.links.askReset)
  ],
  footer: footer(to, aboutYourAccount)
})

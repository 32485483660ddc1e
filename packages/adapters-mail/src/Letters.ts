/** What the mails about an account say. */
import type { DeviceKind } from "@ddd/core/values/DeviceKind"
import type { Instant } from "@ddd/core/values/Instant"
import type { Redacted } from "effect"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { type Block, button, facts, type Letter, paragraph, remark } from "./Letter.ts"
import { asTyped, maskedAddress, moment } from "./Wording.ts"

/** A link that works once, until then. */
export interface Invitation extends Addressee {
  readonly token: Redacted.Redacted
  readonly until: Instant
  readonly askedAt: Instant
  /** What it was asked for from; null where that is not known. */
  readonly askedFrom: DeviceKind | null
}

/** Who asked, so that a reader who did not can tell: anyone can give anyone's address. `when`: what was asked for, as a name. */
const whoAsked = ({ askedAt, askedFrom, username }: Invitation, when: string): Block =>
  facts(
    ["Username", asTyped(username)],
    [when, moment(askedAt)],
    // whoever asks says so themselves
    ["From", askedFrom === null ? "a device that does not say what it is" : `${askedFrom}, as it says`]
  )

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
    whoAsked(to, "Signed up"),
    button("Verify my address", to.links.verifyEmail(to.token, to.username)),
    remark(`The link works once, until ${moment(to.until)}.`),
    remark(
      "You did not sign up? Then do not press it, and ignore this mail: somebody else knows the password of this account, " +
        "and nothing is paid out from it while it has your address and you do not verify it. If you want the account for yourself, " +
        `choose a new password at ${to.links.askReset}: that signs everybody else out.`
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
    whoAsked(to, "Asked"),
    button("Verify my address", to.links.verifyEmail(to.token, to.username)),
    remark(`The link works once, until ${moment(to.until)}. An earlier link no longer works.`),
    remark(
      "This is not your account, or you did not ask for this? Then do not press it, and ignore this mail: without you, nothing changes."
    )
  ],
  footer: footer(to, "You get this because somebody gave this address for their account.")
})

export const resetPassword = (to: Invitation): Letter => ({
  subject: "Choose a new password",
  preview: "The link works once, for a short time.",
  blocks: [
    greeting(to),
    paragraph("Somebody, probably you, asked for a new password for your account. You choose it here:"),
    whoAsked(to, "Asked"),
    button("Choose a new password", to.links.resetPassword(to.token)),
    remark(`The link works once, until ${moment(to.until)}. An earlier link no longer works.`),
    remark("You did not ask for this? Then do nothing: your password stays as it is, and nobody but you has this link.")
  ],
  footer: footer(to, "You get this because somebody asked for a new password with this address.")
})

/** After a change or a reset of the password. `unlinkedPayoutAccount`: a reset removed the link to the payout account. */
export const passwordChanged = (to: Addressee & { readonly unlinkedPayoutAccount: boolean }): Letter => ({
  subject: "Your password was changed",
  preview: "If it was not you, choose a new one now.",
  blocks: [
    greeting(to),
    paragraph("The password of your account was changed, and your other devices were signed out."),
    ...to.unlinkedPayoutAccount
      ? [paragraph(
        "The account that your winnings were to be paid to was unlinked: somebody else may have linked it. " +
          "Link yours again in the app before your next withdrawal. Money that is on its way arrives where it was sent."
      )]
      : [],
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

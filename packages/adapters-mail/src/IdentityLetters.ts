/** What the mails about an identity check say: how it stands, and what there is to do. */
import type { MailedIdentityStatus } from "@ddd/core/values/Job"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { button, type Letter, paragraph } from "./Letter.ts"

const why = "You get this because your identity was checked."

/** Once a player is verified. */
const verified = (to: Addressee): Letter => ({
  subject: "Your identity is verified",
  preview: "There is nothing more to do.",
  blocks: [
    greeting(to),
    paragraph("Your identity was checked and is verified. Prizes that waited for it can be withdrawn now."),
    paragraph("There is nothing that you must do. We keep the outcome of the check, and no document of yours."),
    button("Open Daily Dollar Draw", to.links.home)
  ],
  footer: footer(to, why)
})

/** Where the check came to another end, or the verification was taken back. */
const rejected = (to: Addressee): Letter => ({
  subject: "Your identity could not be verified",
  preview: "Your money is safe. You can go through the check again.",
  blocks: [
    greeting(to),
    paragraph(
      "Your identity was checked and could not be verified. Your money stays in your wallet: tickets can be bought with it. Prizes that " +
        "wait for the check cannot be withdrawn until you are verified."
    ),
    paragraph(
      "Go through the check once more, with a document that is valid and easy to read. Is it still not accepted, or was it not you who " +
        "went through it? Then write to our support."
    ),
    button("Open Daily Dollar Draw", to.links.home)
  ],
  footer: footer(to, why)
})

/** By what is told. */
export const identityLetters: Readonly<Record<MailedIdentityStatus, (to: Addressee) => Letter>> = { verified, rejected }

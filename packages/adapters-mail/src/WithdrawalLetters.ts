/** What the mails about a withdrawal say: each time where the money is now, and what there is to do. */
import type { MailedWithdrawal } from "@ddd/core/ports/MailSubjects"
import type { WithdrawalEvent } from "@ddd/core/values/Job"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { type Block, button, facts, type Letter, paragraph, remark } from "./Letter.ts"
import { dollars, moment } from "./Wording.ts"

/** Whose withdrawal it is, and how it stands. */
export interface Withdrawing extends Addressee {
  readonly withdrawal: MailedWithdrawal
}

interface Wording {
  readonly subject: string
  readonly preview: string
  /** What happened. */
  readonly news: string
  /** Where the money is now. */
  readonly whereabouts: string
  readonly advice: ReadonlyArray<Block>
}

const letterOf = (to: Withdrawing, { advice, news, preview, subject, whereabouts }: Wording): Letter => ({
  subject,
  preview,
  blocks: [
    greeting(to),
    paragraph(news),
    facts(
      ["Amount", dollars(to.withdrawal.amount)],
      ["Asked for", moment(to.withdrawal.askedAt)],
      ["The money is", whereabouts]
    ),
    ...advice
  ],
  footer: footer(to, "We always tell you when money leaves your wallet, and what becomes of it.")
})

/** As soon as it was asked for. */
export const started = (to: Withdrawing): Letter => {
  const amount = dollars(to.withdrawal.amount)
  return letterOf(to, {
    subject: `Your withdrawal of ${amount}`,
    preview: "It is on its way to your bank.",
    news:
      `You asked us to pay out ${amount}. We have taken it from your wallet, and are sending it to your bank account.`,
    whereabouts: "on its way",
    advice: [
      paragraph(
        "Most banks take two to five working days. We write to you when it is paid; should that fail, the money comes back to your " +
          "wallet."
      ),
      paragraph("It was not you? Then choose a new password now: that signs everybody else out."),
      button("Choose a new password", to.links.askReset)
    ]
  })
}

/** When the provider says that it arrived. */
export const paid = (to: Withdrawing): Letter => {
  const amount = dollars(to.withdrawal.amount)
  return letterOf(to, {
    subject: `${amount} was paid to your bank`,
    preview: "Your withdrawal is done.",
    news: `Your withdrawal is done: ${amount} was paid to your bank account.`,
    whereabouts: "with your bank",
    advice: [
      paragraph(
        "It does not show in your account? Some banks need another day. If yours sends the money back, it returns to your wallet, and " +
          "we write to you."
      )
    ]
  })
}

/** What there is to do before the money can be asked for again. */
const remedies: Readonly<Record<Withdrawing["withdrawal"]["payoutAccount"], string>> = {
  ready:
    "There is nothing that you must do. Should you still want it paid out, make sure first that the bank account you gave for payouts " +
    "is right, then ask again.",
  pending:
    "The service that pays out needs to know more of you before money can be sent to you. Should you still want it paid out, open " +
    "your payout account in the app, answer what is asked there, then ask again.",
  none:
    "Your account with the service that pays out is closed, or was removed. Should you still want it paid out, open a new payout account " +
    "in the app, then ask again."
}

const tryAgain = (to: Withdrawing): ReadonlyArray<Block> => [
  paragraph(remedies[to.withdrawal.payoutAccount]),
  button("Open Daily Dollar Draw", to.links.home),
  // credits pay debts first (docs/design.md, "Money")
  remark("If your wallet owed something, for a purchase that was refunded, that was paid out of it first.")
]

/** When it is certain that nothing was paid, and the money is back. */
export const failed = (to: Withdrawing): Letter => {
  const amount = dollars(to.withdrawal.amount)
  return letterOf(to, {
    subject: `Your withdrawal of ${amount} failed`,
    preview: "All of it was credited to your wallet again.",
    news: `We could not pay out the ${amount} that you asked for. All of it was credited to your wallet again.`,
    whereabouts: "credited to your wallet",
    advice: tryAgain(to)
  })
}

/** When the bank sent back what was paid already. */
export const returned = (to: Withdrawing): Letter => {
  const amount = dollars(to.withdrawal.amount)
  return letterOf(to, {
    subject: `Your bank sent back ${amount}`,
    preview: "All of it was credited to your wallet again.",
    news:
      `Your withdrawal was paid, but your bank did not keep it and sent back ${amount}. All of it was credited to your ` +
      "wallet again.",
    whereabouts: "credited to your wallet",
    advice: tryAgain(to)
  })
}

const letters: Readonly<Record<WithdrawalEvent, (to: Withdrawing) => Letter>> = { started, paid, failed, returned }

/**
 * What a player is told of an event; null where that is no longer so, and a later mail says what is: a mail that had to wait must not
 * say of money that it is where it is not.
 */
export const withdrawalNews = (event: WithdrawalEvent, to: Withdrawing): Letter | null => {
  const { status } = to.withdrawal
  const stands = event === "started" ? status === "pending" || status === "paid" : status === event
  return stands ? letters[event](to) : null
}

/**
 * Who runs a command, and why; asked first where it moves money or closes a door (docs/operations/operators.md).
 *
 * Such a command asks on a terminal, and wants `--yes` and `--reason` elsewhere. What an operator did is written down with its effect.
 */
import { type OperatorAct, operatorFault, reasonFault } from "@ddd/core/values/OperatorAct"
import { visible } from "@ddd/core/values/Visible"
import { type Command, InvalidArgumentError, Option } from "commander"
import { Data, Effect } from "effect"
import { settingsFor } from "../config/Environment.ts"
import { accountName } from "../terminal/Account.ts"
import { ask, isSomebodyThere } from "../terminal/Ask.ts"
import { remark } from "../terminal/Output.ts"

/** Nothing was changed; the message says why, and what to do. */
class NotConfirmed extends Data.TaggedError("NotConfirmed")<{ readonly message: string }> {}

export interface ReasonFlag {
  readonly reason?: string
}

export interface GuardFlags extends ReasonFlag {
  readonly yes?: true
}

const reasonOf = (text: string): string => {
  const fault = reasonFault(text)
  if (fault === null) return text
  throw new InvalidArgumentError(`It ${fault}.`)
}

/** Why it is done: written down for good, so it names no player. */
export const reasonOption = (): Option =>
  new Option("--reason <text>", "why; it is written down for good, so name nobody").argParser(reasonOf)

/** The options of a command that asks first. */
export const guarded = (command: Command): Command =>
  command.option("--yes", "do it without being asked").addOption(reasonOption())

/** Who runs this: DDD_OPERATOR, else the account on the machine. */
const operatorOf = Effect.gen(function*() {
  const { DDD_OPERATOR: operator = accountName() } = yield* settingsFor()
  if (operator !== null && operatorFault(operator) === null) return operator
  return yield* new NotConfirmed({
    message:
      "It is written down who does this, and this machine does not say who you are. Set DDD_OPERATOR to your name."
  })
})

/** What is done, by whoever runs this, with the reason that was said, if any. */
export const actOf = (command: string, { reason }: ReasonFlag = {}): Effect.Effect<OperatorAct, unknown> =>
  Effect.map(operatorOf, (operator) => ({ operator, command, reason: reason ?? null }))

/** The same with a reason, which is asked for on a terminal where none was said. */
export const reasonedAct = Effect.fnUntraced(function*(command: string, { reason }: ReasonFlag) {
  const act = yield* actOf(command, reason === undefined ? {} : { reason })
  if (act.reason !== null) return act
  if (!isSomebodyThere()) {
    return yield* new NotConfirmed({
      message: `It is written down why \`${command}\` is done. Say --reason <text>. Nothing was changed.`
    })
  }
  const asked = (yield* ask("Why? It is written down for good, so name nobody: ")).trim()
  const fault = reasonFault(asked)
  if (fault === null) return { ...act, reason: asked }
  return yield* new NotConfirmed({
    message: `${visible(JSON.stringify(asked))} is no reason: it ${fault}. Nothing was changed.`
  })
})

/** Asks whether to go on, once `what` would be done; not where `--yes` was said. */
export const guard = Effect.fnUntraced(function*(command: string, what: string, { yes, ...flags }: GuardFlags) {
  const hasReason = flags.reason !== undefined
  if (!isSomebodyThere() && (yes !== true || !hasReason)) {
    const missing = [yes === true ? [] : ["--yes"], hasReason ? [] : ["--reason <text>"]].flat().join(" and ")
    return yield* new NotConfirmed({
      message: `Nothing was changed: nobody is there to confirm what follows. Say ${missing} to do it.\n${what}`
    })
  }
  if (yes !== true) yield* remark(what)
  const act = yield* reasonedAct(command, flags)
  if (yes === true) return act
  const answer = yield* ask("Go on? [y/N] ")
  if (/^y(?:es)?$/i.test(answer.trim())) return act
  return yield* new NotConfirmed({ message: "It was not confirmed. Nothing was changed." })
})

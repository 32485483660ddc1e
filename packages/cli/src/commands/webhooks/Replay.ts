/** `ddd webhooks replay`: has an event acted on once more, whatever came of it; money never moves twice for it. */
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { visible } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { actOf, type ReasonFlag, reasonOption } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { findEvent } from "./WebhookText.ts"

const run = Effect.fn("ddd webhooks replay")(
  function*(text: string, { json, ...flags }: JsonFlag & ReasonFlag) {
    const act = yield* actOf("webhooks replay", flags)
    const { id, state, type } = yield* onMoney(Effect.gen(function*() {
      const event = yield* findEvent(text)
      yield* (yield* WebhookInbox).replay(event.id, act)
      return event
    }))
    yield* json === true
      ? printJson({ id, replayed: true })
      : print(`${visible(type)} ${id}, which was ${state}, is acted on once more by the next server that is free.`)
    return done
  }
)

export const replayWebhook: Declare = (perform) =>
  command(
    "replay",
    "act on an event once more, whatever came of it; money never moves twice for it",
    "ddd webhooks replay 019a2b3c-0000-7000-8000-000000000001"
  )
    .argument("<id>", "an event's id")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))

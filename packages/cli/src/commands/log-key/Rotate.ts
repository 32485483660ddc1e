/**
 * `ddd log-key rotate`: adds a key that signs the records, beside the living ones (docs/fairness.md, "Keys rotate").
 *
 * No key is taken away: notes are never signed anew, and whoever pinned an old key goes on verifying with it.
 */
import * as Secrets from "@ddd/adapters-crypto/Secrets"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect, Redacted } from "effect"
import { writeFileSync } from "node:fs"
import { settingsFor } from "../../config/Environment.ts"
import type { Settings } from "../../config/Variables.ts"
import { dataDirOf } from "../../DataDir.ts"
import { done } from "../../ExitCode.ts"
import { print, printJson, remark } from "../../terminal/Output.ts"
import { aligned } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { vkeysOf } from "./LogKeyText.ts"

class NotRotated extends Data.TaggedError("NotRotated")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly out?: string
  readonly print?: true
}

/** The keys with a new one; where that is kept by whoever asked, it was handed over. */
const rotated = Effect.fnUntraced(function*(settings: Settings, { out, print: toStdout }: Flags) {
  const isOurs = settings.LOG_SIGNING_KEYS === undefined && settings.NODE_ENV !== "production"
  if (isOurs) {
    if (out !== undefined || toStdout === true) {
      return yield* new NotRotated({
        message:
          "The keys are those of the data folder, where the new one is kept: --out and --print are for keys of the environment."
      })
    }
    return { keys: yield* Secrets.addLogSigningKey(dataDirOf(settings)), next: "Start the server again." }
  }
  const keys = Secrets.withNewLogKey(settings.LOG_SIGNING_KEYS)
  if (out !== undefined) {
    yield* Effect.try({
      try: () => writeFileSync(out, `${Redacted.value(keys)}\n`, { mode: 0o600, flag: "wx", flush: true }),
      catch: (error) =>
        new NotRotated({
          message: visible(
            `The file ${out} cannot be written: ${error instanceof Error ? error.message : String(error)}.`
          )
        })
    })
    return {
      keys,
      next: `Set LOG_SIGNING_KEYS_FILE=${
        visible(out)
      }, or LOG_SIGNING_KEYS to what it holds, and start every server again.`
    }
  }
  if (toStdout !== true) {
    return yield* new NotRotated({
      message:
        "The keys come from the environment, which this program cannot change. Say where the new value of LOG_SIGNING_KEYS goes: " +
        "--out <file>, readable by you alone, or --print. It is secret: it signs in the operator's name."
    })
  }
  yield* remark("This is secret: whoever has it signs records in your name. Set it, and clear your terminal.")
  yield* print(`LOG_SIGNING_KEYS=${Redacted.value(keys)}`)
  return { keys, next: "Set LOG_SIGNING_KEYS to that, and start every server again." }
})

const run = Effect.fn("ddd log-key rotate")(function*(flags: Flags) {
  const settings = yield* settingsFor()
  const { keys, next } = yield* rotated(settings, flags)
  const vkeys = yield* vkeysOf(settings.LOG_ORIGIN ?? "ddd.localhost", keys)
  if (flags.json === true) {
    yield* printJson({ vkeys, added: vkeys.at(-1) ?? null })
    return done
  }
  const show = flags.print === true ? remark : print
  yield* show(aligned(vkeys.map((vkey, index) => [index === vkeys.length - 1 ? "new" : "living", visible(vkey)])))
  yield* show(
    `${next} From then on every record is signed by each of them, and /log/vkey tells all. ` +
      "Remove none: what was signed before stays valid under the old keys alone."
  )
  return done
})

export const rotateLogKey: Declare = (perform) =>
  command(
    "rotate",
    "add a key that signs every record beside the living ones, from the next start on",
    "ddd log-key rotate --out log-signing-keys"
  )
    .option("--out <file>", "where the keys come from the environment: the file for the new LOG_SIGNING_KEYS")
    .option("--print", "where the keys come from the environment: print the new LOG_SIGNING_KEYS, which is secret")
    .addOption(jsonOption().conflicts("print"))
    .action((flags) => perform(run(flags)))

/**
 * The commands of `ddd`, each of which its own file declares.
 *
 * What only some of them need, such as the adapters of the database or the web server, is loaded when they run: `ddd --help` does
 * without.
 */
import { Command, CommanderError } from "commander"
import type { Effect } from "effect"
import { readFileSync } from "node:fs"
import { audit } from "./commands/Audit.ts"
import { showConfig } from "./commands/Config.ts"
import { type Declare, group, type Perform } from "./commands/Declaration.ts"
import { demo } from "./commands/Demo.ts"
import { listDraws } from "./commands/draw/List.ts"
import { runDraws } from "./commands/draw/Run.ts"
import { showDraw } from "./commands/draw/Show.ts"
import { listJobs } from "./commands/jobs/List.ts"
import { retryJobs } from "./commands/jobs/Retry.ts"
import { listLogKeys } from "./commands/log-key/List.ts"
import { rotateLogKey } from "./commands/log-key/Rotate.ts"
import { previewMails } from "./commands/mail/Preview.ts"
import { migrate } from "./commands/Migrate.ts"
import { listRooms } from "./commands/room/List.ts"
import { showRoom } from "./commands/room/Show.ts"
import { serve } from "./commands/Serve.ts"
import { eraseUser } from "./commands/user/Erase.ts"
import { exportUser } from "./commands/user/Export.ts"
import { freezeUser, unfreezeUser } from "./commands/user/Freeze.ts"
import { listSessions } from "./commands/user/Sessions.ts"
import { showUser } from "./commands/user/Show.ts"
import { verify } from "./commands/Verify.ts"
import { watch } from "./commands/Watch.ts"
import { listWebhooks } from "./commands/webhooks/List.ts"
import { replayWebhook } from "./commands/webhooks/Replay.ts"
import { showWebhook } from "./commands/webhooks/Show.ts"
import { listWithdrawals } from "./commands/withdrawals/List.ts"
import { reconcileWithdrawals } from "./commands/withdrawals/Reconcile.ts"
import { resolveWithdrawal } from "./commands/withdrawals/Resolve.ts"
import { showWithdrawal } from "./commands/withdrawals/Show.ts"
import { done, type ExitCode, exitCodes, interrupted, unusable } from "./ExitCode.ts"

const commands: ReadonlyArray<Declare> = [
  serve,
  demo,
  migrate,
  showConfig,
  group("draw", "look at the draws, or do what is due", [listDraws, showDraw, runDraws]),
  group("room", "look at the private rooms", [listRooms, showRoom]),
  group("user", "look at a player, or act on one", [
    showUser,
    listSessions,
    freezeUser,
    unfreezeUser,
    exportUser,
    eraseUser
  ]),
  group("jobs", "look at what is to be done outside the books, or have it tried again", [listJobs, retryJobs]),
  group("webhooks", "look at what outside services told, or act on it once more", [
    listWebhooks,
    showWebhook,
    replayWebhook
  ]),
  group("withdrawals", "look at money on its way out, or decide about it", [
    listWithdrawals,
    showWithdrawal,
    reconcileWithdrawals,
    resolveWithdrawal
  ]),
  group("mail", "look at the mails that players are sent", [previewMails]),
  audit,
  verify,
  watch,
  group("log-key", "look at the keys that sign the records, or add one", [listLogKeys, rotateLogKey])
]

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown"
}

/** Has every command below answer to wrong usage as the program does. */
const passDown = (parent: Command): void => {
  for (const child of parent.commands) passDown(child.copyInheritedSettings(parent))
}

/** The whole command line; what it asks for is handed to `perform`. */
export const program = (perform: Perform): Command => {
  const ddd = new Command("ddd")
    .description("Daily Dollar Draw: a lottery a day, for a dollar, that anyone can check.")
    .version(version(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .addHelpText("after", `\n${exitCodes}\nConfiguration is by environment variables: \`ddd config\` shows them all.`)
  for (const declare of commands) ddd.addCommand(declare(perform))
  passDown(ddd)
  return ddd
}

/** What is to be done. */
export interface Task {
  readonly effect: Effect.Effect<ExitCode, unknown>
  /** The exit code where a signal stops it. */
  readonly stopped: ExitCode
}

/** Reads the command line: the task it asks for, or the exit code where there is nothing to do. */
export const parse = async (argv: ReadonlyArray<string>): Promise<Task | ExitCode> => {
  let task: Task | undefined
  try {
    await program((effect, stopped = interrupted) => {
      task = { effect, stopped }
    }).parseAsync(argv, { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? done : unusable
  }
  return task ?? unusable
}

/**
 * The commands of `ddd`, each of which its own file declares.
 *
 * What only some of them need, such as the adapters of the database or the web server, is loaded when they run: `ddd --help` does
 * without.
 */
import { visible } from "@ddd/core/values/Visible"
import { harmless, write } from "@ddd/verify/Streams"
import { Command, CommanderError } from "commander"
import type { Effect } from "effect"
import { approveMoney, refuseApproval } from "./commands/approvals/Decide.ts"
import { listApprovals } from "./commands/approvals/List.ts"
import { audit } from "./commands/Audit.ts"
import { backup } from "./commands/Backup.ts"
import { listCheckouts } from "./commands/checkouts/List.ts"
import { reconcileCheckouts } from "./commands/checkouts/Reconcile.ts"
import { showCheckout } from "./commands/checkouts/Show.ts"
import { completion } from "./commands/completion/Completion.ts"
import { showConfig } from "./commands/Config.ts"
import { type Declare, examplesText, group, type Perform } from "./commands/Declaration.ts"
import { demo } from "./commands/Demo.ts"
import { doctor } from "./commands/Doctor.ts"
import { listDraws } from "./commands/draw/List.ts"
import { pauseDraw, resumeDraw } from "./commands/draw/Pause.ts"
import { runDraws } from "./commands/draw/Run.ts"
import { showDraw } from "./commands/draw/Show.ts"
import { voidDraw } from "./commands/draw/Void.ts"
import { find } from "./commands/Find.ts"
import { init } from "./commands/Init.ts"
import { listJobs } from "./commands/jobs/List.ts"
import { retryJobs } from "./commands/jobs/Retry.ts"
import { listKyc } from "./commands/kyc/List.ts"
import { setKyc } from "./commands/kyc/Set.ts"
import { showKyc } from "./commands/kyc/Show.ts"
import { listLogKeys } from "./commands/log-key/List.ts"
import { rotateLogKey } from "./commands/log-key/Rotate.ts"
import { listLog } from "./commands/log/List.ts"
import { showLog } from "./commands/log/Show.ts"
import { previewMails } from "./commands/mail/Preview.ts"
import { migrate } from "./commands/Migrate.ts"
import { creditPurchase, dismissPurchase } from "./commands/purchases/Decide.ts"
import { listPurchases } from "./commands/purchases/List.ts"
import { reportAccounts, reportDay } from "./commands/report/Accounts.ts"
import { reportPrizes } from "./commands/report/Prizes.ts"
import { restore } from "./commands/Restore.ts"
import { restored } from "./commands/Restored.ts"
import { listRooms } from "./commands/room/List.ts"
import { showRoom } from "./commands/room/Show.ts"
import { serve } from "./commands/Serve.ts"
import { showTicket } from "./commands/ticket/Show.ts"
import { eraseUser } from "./commands/user/Erase.ts"
import { excludeUser } from "./commands/user/Exclude.ts"
import { exportUser } from "./commands/user/Export.ts"
import { freezeUser, unfreezeUser } from "./commands/user/Freeze.ts"
import { showLimits } from "./commands/user/Limits.ts"
import { listUsers } from "./commands/user/List.ts"
import { searchUsers } from "./commands/user/Search.ts"
import { listSessions } from "./commands/user/Sessions.ts"
import { listSharing } from "./commands/user/Shared.ts"
import { showUser } from "./commands/user/Show.ts"
import { unlinkPayoutAccount } from "./commands/user/UnlinkPayoutAccount.ts"
import { verify } from "./commands/Verify.ts"
import { correctWallet, creditWallet } from "./commands/wallet/Adjust.ts"
import { walletStatement } from "./commands/wallet/Statement.ts"
import { watch } from "./commands/Watch.ts"
import { dismissWebhook } from "./commands/webhooks/Dismiss.ts"
import { listWebhooks } from "./commands/webhooks/List.ts"
import { replayWebhook } from "./commands/webhooks/Replay.ts"
import { showWebhook } from "./commands/webhooks/Show.ts"
import { cancelWithdrawal } from "./commands/withdrawals/Cancel.ts"
import { listWithdrawals } from "./commands/withdrawals/List.ts"
import { reconcileWithdrawals } from "./commands/withdrawals/Reconcile.ts"
import { resolveWithdrawal } from "./commands/withdrawals/Resolve.ts"
import { showWithdrawal } from "./commands/withdrawals/Show.ts"
import { done, type ExitCode, exitCodes, interrupted, unusable } from "./ExitCode.ts"
import { withCallable } from "./Invocation.ts"
import { errorLine } from "./terminal/Output.ts"
import { programVersion } from "./Version.ts"

const commands: ReadonlyArray<Declare> = [
  serve,
  demo,
  init,
  migrate,
  showConfig,
  doctor,
  group("draw", "look at the draws, do what is due, pause sales, or declare one void", [
    listDraws,
    showDraw,
    runDraws,
    pauseDraw,
    resumeDraw,
    voidDraw
  ]),
  group("room", "look at the private rooms", [listRooms, showRoom]),
  group("user", "look for players, look at one, or act on one", [
    showUser,
    searchUsers,
    listUsers,
    listSharing,
    listSessions,
    freezeUser,
    unfreezeUser,
    showLimits,
    excludeUser,
    unlinkPayoutAccount,
    exportUser,
    eraseUser
  ]),
  group("kyc", "look at players' identity checks, or say how one stands", [listKyc, showKyc, setKyc]),
  group("ticket", "look at a ticket", [showTicket]),
  find,
  group("report", "tell of a day, of the accounts of the books, or of prizes for the tax office", [
    reportDay,
    reportAccounts,
    reportPrizes
  ]),
  group("jobs", "look at what is to be done outside the books, or have it tried again", [listJobs, retryJobs]),
  group("webhooks", "look at what outside services told, or act on it once more", [
    listWebhooks,
    showWebhook,
    replayWebhook,
    dismissWebhook
  ]),
  group("purchases", "look at purchases that are not credited yet, or decide about one", [
    listPurchases,
    creditPurchase,
    dismissPurchase
  ]),
  group("checkouts", "look at what players pay in by Stripe's page, or compare it with Stripe", [
    listCheckouts,
    showCheckout,
    reconcileCheckouts
  ]),
  group("withdrawals", "look at money on its way out, or decide about it", [
    listWithdrawals,
    showWithdrawal,
    reconcileWithdrawals,
    resolveWithdrawal,
    cancelWithdrawal
  ]),
  group("wallet", "look at a player's money, or move it by hand", [walletStatement, creditWallet, correctWallet]),
  approveMoney,
  group("approvals", "look at money that waits for another operator, or have nothing come of it", [
    listApprovals,
    refuseApproval
  ]),
  backup,
  restore,
  restored,
  group("mail", "look at the mails that players are sent", [previewMails]),
  group("log", "look at what operators did by hand", [listLog, showLog]),
  audit,
  verify,
  watch,
  group("log-key", "look at the keys that sign the records, or add one", [listLogKeys, rotateLogKey]),
  completion
]

/** Has every command below answer to wrong usage as the program does. */
const passDown = (parent: Command): void => {
  for (const child of parent.commands) passDown(child.copyInheritedSettings(parent))
}

/** What the command line itself says, such as its help. */
export type Say = (channel: "stdout" | "stderr", text: string) => void

/** The whole command line; what it asks for is handed to `perform`. */
export const program = (perform: Perform, say: Say): Command => {
  const ddd = new Command("ddd")
    .configureOutput({ writeOut: (text) => say("stdout", text), writeErr: (text) => say("stderr", text) })
    .description("Daily Dollar Draw: a lottery a day, for a dollar, that anyone can check.")
    .version(programVersion(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .addHelpText(
      "after",
      () =>
        `${examplesText(["ddd config", "ddd user show ann@example.com", "ddd draw list --json"])}\n` +
        withCallable(`\n${exitCodes}\nConfiguration is by environment variables: \`ddd config\` shows them all.`)
    )
  for (const declare of commands) ddd.addCommand(declare(perform))
  passDown(ddd)
  return ddd
}

/** What is to be done. */
export interface Task {
  readonly effect: Effect.Effect<ExitCode, unknown>
  /** The exit code where a signal stopped it. */
  readonly stopped: () => ExitCode
  /** Whether its result is JSON, and its error too. */
  readonly isForPrograms: boolean
}

/** What a command line says where it names no command, as `ddd` and `ddd draw` alone do not: help that was asked for. */
const isHelp = ({ code, exitCode }: CommanderError): boolean => exitCode === 0 || code === "commander.help"

/** What a command line says, with the words in it that it was given made visible: they may come from anywhere, and begin no line. */
const withVisibleWords = (text: string, argv: ReadonlyArray<string>): string =>
  argv.flatMap((word) => [word, word.slice(word.indexOf("=") + 1)])
    .filter((word) => word.trim() !== "" && visible(word) !== word)
    .reduce((said, word) => said.replaceAll(word, () => visible(word)), text)

/** Reads the command line: the task it asks for, or the exit code where there is nothing to do, with what there is to say written. */
export const parse = async (argv: ReadonlyArray<string>): Promise<Task | ExitCode> => {
  let task: Task | undefined
  let isForPrograms = false
  const said: Array<{ readonly channel: "stdout" | "stderr"; readonly text: string }> = []
  const asked = program(
    (effect, stopped = () => interrupted) => {
      task = { effect, stopped, isForPrograms }
    },
    (channel, text) => void said.push({ channel, text })
  )
  asked.hook("preAction", (_, named) => {
    isForPrograms = named.opts()["json"] === true
  })
  try {
    await asked.parseAsync(argv, { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (!isHelp(error) && argv.includes("--json")) {
      write("stderr", errorLine("usage", visible(error.message.replace(/^error: /, ""))))
      return unusable
    }
    for (const { channel, text } of said) {
      write(isHelp(error) ? "stdout" : channel, harmless(withVisibleWords(text, argv), false))
    }
    return isHelp(error) ? done : unusable
  }
  return task ?? unusable
}

/**
 * The commands of `ddd`, with their arguments, options and help.
 *
 * What a command does is loaded when it is asked for: `ddd --help` need not wait for a web server to be read.
 */
import type { WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { jobStates } from "@ddd/core/ports/JobBoard"
import { webhookSenders, webhookStates } from "@ddd/core/ports/WebhookInbox"
import { type Flag, verifyFlags, watchFlags } from "@ddd/verify/Flags"
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { done, type ExitCode, exitCodes, interrupted, unusable } from "./ExitCode.ts"

/** What is to be done. */
export interface Task {
  readonly effect: Effect.Effect<ExitCode, unknown>
  /** How it ends where a signal stops it. */
  readonly stopped: ExitCode
}

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown"
}

const load = <M, E>(
  module: () => Promise<M>,
  effect: (module: M) => Effect.Effect<ExitCode, E>,
  stopped: ExitCode = interrupted
): Task => ({ effect: Effect.flatMap(Effect.promise(module), effect), stopped })

const wholeNumber = (min: number, max: number) => (text: string): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
}

const withdrawalStatuses: ReadonlyArray<WithdrawalStatus> = ["pending", "paid", "failed", "returned"]

const unitMillis: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `30m`, `1h`, `2d`, in milliseconds. */
const duration = (text: string): number => {
  const [, count, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? []
  const millis = Number(count) * (unitMillis[unit] ?? Number.NaN)
  if (!Number.isNaN(millis)) return millis
  throw new InvalidArgumentError("It must be a time such as 90s, 30m, 1h or 2d.")
}

/** An option that may be given several times. */
const repeated = (text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => [...before, text]

/** A command with the options that the verifier declares for all programs. */
const withFlags = (command: Command, flags: ReadonlyArray<Flag>): Command => {
  for (const { help, name, repeated: isRepeated, value } of flags) {
    const option = new Option(value === null ? `--${name}` : `--${name} <${value}>`, help)
    command.addOption(isRepeated === true ? option.argParser(repeated) : option)
  }
  return command
}

const json = () => new Option("--json", "for machines")

const limit = () => new Option("--limit <n>", "how many").default(20).argParser(wholeNumber(1, 10_000))

/** Reads the command line: the task it asks for, or the exit code where there is nothing to do. */
export const parse = async (argv: ReadonlyArray<string>): Promise<Task | ExitCode> => {
  let task: Task | undefined
  const choose = (chosen: Task) => {
    task = chosen
  }

  const program = new Command("ddd")
    .description("Daily Dollar Draw: a lottery a day, for a dollar, that anyone can check.")
    .version(version(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .addHelpText("after", `\n${exitCodes}\nConfiguration is by environment variables: \`ddd config\` shows them all.`)

  program.command("serve")
    .description("run the server, until Ctrl-C or SIGTERM")
    .action(() => choose(load(() => import("./commands/Serve.ts"), ({ serve }) => serve(), done)))

  program.command("demo")
    .description("play one whole day against a server of its own, with its clock moved; leaves nothing behind")
    .addOption(new Option("--players <n>", "how many take part").default(300).argParser(wholeNumber(2, 5000)))
    .addOption(
      new Option("--purchases <n>", "how many purchases they make").default(2400).argParser(wholeNumber(2, 100_000))
    )
    .action((options) => choose(load(() => import("./commands/Demo.ts"), ({ demo }) => demo(options))))

  program.command("migrate")
    .description("bring the database to this program's schema")
    .action(() => choose(load(() => import("./commands/Migrate.ts"), ({ migrate }) => migrate())))

  program.command("config")
    .description("show every variable, its value and where it comes from; secrets are masked")
    .addOption(json())
    .action((options) =>
      choose(load(() => import("./commands/ShowConfig.ts"), ({ showConfig }) => showConfig(options)))
    )

  const draw = program.command("draw").description("look at the draws, or do what is due")
  draw.command("list")
    .description("the draws to come, on sale and over, newest first")
    .addOption(new Option("--limit <n>", "how many").default(20).argParser(wholeNumber(1, 100)))
    .addOption(json())
    .action((options) => choose(load(() => import("./commands/DrawList.ts"), ({ listDraws }) => listDraws(options))))
  draw.command("show")
    .description("one draw at length")
    .argument("[draw]", "a day such as 2026-02-03, an id, or current", "current")
    .addOption(json())
    .action((name, options) =>
      choose(load(() => import("./commands/DrawShow.ts"), ({ showDraw }) => showDraw(name, options)))
    )
  draw.command("run")
    .description("do now what is due: publish, open, lock, draw; exit code 1 where a step failed")
    .action(() => choose(load(() => import("./commands/DrawRun.ts"), ({ runDraws }) => runDraws())))

  const room = program.command("room").description("look at the private rooms")
  room.command("list")
    .description("rooms that wait, are locked, drawn or closed, newest first")
    .addOption(limit())
    .addOption(json())
    .action((options) => choose(load(() => import("./commands/RoomList.ts"), ({ listRooms }) => listRooms(options))))
  room.command("show")
    .description("one room at length, with its members")
    .argument("<room>", "an id, or a code in any case")
    .addOption(json())
    .action((name, options) =>
      choose(load(() => import("./commands/RoomShow.ts"), ({ showRoom }) => showRoom(name, options)))
    )

  const user = program.command("user").description("look at a player, or act on one")
  const onUser = (name: string, description: string) =>
    user.command(name).description(description).argument("<who>", "an id, an e-mail address or a name, in any case")
  onUser("show", "one player, the wallet, and what happened to the account lately")
    .addOption(json())
    .action((who, options) =>
      choose(load(() => import("./commands/UserShow.ts"), ({ showUser }) => showUser(who, options)))
    )
  onUser("sessions", "where a player is signed in")
    .addOption(json())
    .action((who, options) =>
      choose(load(() => import("./commands/UserSessions.ts"), ({ listSessions }) => listSessions(who, options)))
    )
  onUser("freeze", "end a player's sessions, and refuse sign-in and purchases")
    .addOption(json())
    .action((who, options) =>
      choose(load(() => import("./commands/UserFreeze.ts"), ({ freezeUser }) => freezeUser(who, options)))
    )
  onUser("unfreeze", "let a frozen player sign in and buy again")
    .addOption(json())
    .action((who, options) =>
      choose(load(() => import("./commands/UserFreeze.ts"), ({ unfreezeUser }) => unfreezeUser(who, options)))
    )
  onUser("export", "all that is held about a player, as JSON")
    .action((who) => choose(load(() => import("./commands/UserExport.ts"), ({ exportUser }) => exportUser(who))))
  onUser("erase", "remove what is personal of a player; books and proofs stay valid; asks for the name")
    .option("--yes <name>", "the player's exact name, instead of being asked")
    .addOption(json())
    .action((who, options) =>
      choose(load(() => import("./commands/UserErase.ts"), ({ eraseUser }) => eraseUser(who, options)))
    )

  const jobs = program.command("jobs").description(
    "look at what is to be done outside the books, or have it tried again"
  )
  jobs.command("list")
    .description("mails, webhooks and payouts to be handled, handled, or given up, newest first")
    .addOption(new Option("--state <state>", "only those in it").choices(jobStates))
    .addOption(limit())
    .addOption(json())
    .action((options) => choose(load(() => import("./commands/JobList.ts"), ({ listJobs }) => listJobs(options))))
  jobs.command("retry")
    .description("have what was given up tried again, from the first attempt on")
    .argument("[id]", "a job's id")
    .option("--all", "every job that was given up")
    .addOption(json())
    .action((id, options) =>
      choose(load(() => import("./commands/JobRetry.ts"), ({ retryJobs }) => retryJobs(id, options)))
    )

  const webhooks = program.command("webhooks").description("look at what outside services told, or act on it once more")
  webhooks.command("list")
    .description("what they told and what came of it, newest first")
    .addOption(new Option("--sender <name>", "only what that one told").choices(webhookSenders))
    .addOption(new Option("--state <state>", "only those in it").choices(webhookStates))
    .addOption(limit())
    .addOption(json())
    .action((options) =>
      choose(load(() => import("./commands/WebhookList.ts"), ({ listWebhooks }) => listWebhooks(options)))
    )
  const onEvent = (name: string, description: string) =>
    webhooks.command(name).description(description).argument("<id>", "an event's id").addOption(json())
  onEvent("show", "one event at length, with its body")
    .action((id, options) =>
      choose(load(() => import("./commands/WebhookShow.ts"), ({ showWebhook }) => showWebhook(id, options)))
    )
  onEvent("replay", "act on an event once more, whatever came of it; money never moves twice for it")
    .action((id, options) =>
      choose(load(() => import("./commands/WebhookReplay.ts"), ({ replayWebhook }) => replayWebhook(id, options)))
    )

  const withdrawals = program.command("withdrawals").description("look at money on its way out, or decide about it")
  withdrawals.command("list")
    .description("withdrawals, newest first")
    .addOption(new Option("--status <status>", "only those of it").choices(withdrawalStatuses))
    .option("--held", "only those that a person has to look at")
    .addOption(
      new Option("--older-than <time>", "only those neither final nor held, asked for so long ago, such as 1h")
        .argParser(duration)
    )
    .option("--user <who>", "only those of a player, by id, e-mail address or name")
    .addOption(limit())
    .addOption(json())
    .action((options) =>
      choose(load(() => import("./commands/WithdrawalList.ts"), ({ listWithdrawals }) => listWithdrawals(options)))
    )
  withdrawals.command("show")
    .description("one withdrawal, step by step, and what to do about it")
    .argument("<id>", "a withdrawal's id")
    .addOption(json())
    .action((id, options) =>
      choose(load(() => import("./commands/WithdrawalShow.ts"), ({ showWithdrawal }) => showWithdrawal(id, options)))
    )
  withdrawals.command("reconcile")
    .description("compare withdrawals with what the provider has of them; exit code 1 where something differs")
    .addOption(new Option("--days <n>", "how far back").default(30).argParser(wholeNumber(1, 3650)))
    .addOption(json())
    .action((options) =>
      choose(
        load(() => import("./commands/WithdrawalReconcile.ts"), ({ reconcileWithdrawals }) =>
          reconcileWithdrawals(options))
      )
    )
  withdrawals.command("resolve")
    .description("decide about one that is held, after the provider was asked once more; exit code 1 where it has it")
    .argument("<id>", "a withdrawal's id")
    .addArgument(
      new Argument(
        "<decision>",
        "absent: the step did not happen, give the money back; again: ask for it once more; go-on: it was put right"
      ).choices(["absent", "again", "go-on"])
    )
    .addOption(json())
    .action((id, decision, options) =>
      choose(
        load(
          () => import("./commands/WithdrawalResolve.ts"),
          ({ resolveWithdrawal }) => resolveWithdrawal(id, decision, options)
        )
      )
    )

  const mail = program.command("mail").description("look at the mails that players are sent")
  mail.command("preview")
    .description("write mails with made-up contents to files; nothing is sent, and no database is asked")
    .argument("[template]", "one of them; all unless given")
    .option("--out <folder>", "where the files go; beside the mails that development writes unless given")
    .action((template, options) =>
      choose(
        load(() => import("./commands/MailPreview.ts"), ({ mailPreview }) => mailPreview({ ...options, template }))
      )
    )

  program.command("audit")
    .description("check every invariant of the books; exit code 1 where one is broken, with the rows")
    .addOption(json())
    .action((options) => choose(load(() => import("./commands/Audit.ts"), ({ audit }) => audit(options))))

  withFlags(
    program.command("verify")
      .description("check a draw's proof bundle; exit code 0 valid, pending or void, 1 invalid, 2 unreadable")
      .argument("[bundle]", "a file, an http(s) URL, or - for stdin"),
    verifyFlags
  ).action((source, options) =>
    choose(load(() => import("./commands/Verify.ts"), ({ verify }) => verify(source, options)))
  )

  withFlags(
    program.command("watch")
      .description("keep the records that a server shows, with the time, and cry when one changes")
      .argument("<url>", "the server, such as https://draws.example.com"),
    watchFlags
  ).action((address, options) =>
    choose(load(() => import("./commands/Watch.ts"), ({ watch }) => watch(address, options), done))
  )

  const logKey = program.command("log-key").description("look at the keys that sign the records, or add one")
  logKey.command("list")
    .description("the verifier keys, oldest first")
    .addOption(json())
    .action((options) =>
      choose(load(() => import("./commands/LogKeyList.ts"), ({ listLogKeys }) => listLogKeys(options)))
    )
  logKey.command("rotate")
    .description("add a key that signs every record beside the living ones, from the next start on")
    .option("--out <file>", "where the keys come from the environment: the file for the new LOG_SIGNING_KEYS")
    .option("--print", "where the keys come from the environment: print the new LOG_SIGNING_KEYS, which is secret")
    .action((options) =>
      choose(load(() => import("./commands/LogKeyRotate.ts"), ({ rotateLogKey }) => rotateLogKey(options)))
    )

  try {
    await program.parseAsync(argv, { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? done : unusable
  }
  return task ?? unusable
}

/**
 * The commands of `ddd`, with their arguments, options and help.
 *
 * What a command does is loaded when it is asked for: `ddd --help` need not wait for a web server to be read.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander"
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

/** An option that may be given several times. */
const repeated = (text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => [...before, text]

const json = () => new Option("--json", "for machines")

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

  program.command("audit")
    .description("check every invariant of the books; exit code 1 where one is broken, with the rows")
    .addOption(json())
    .action((options) => choose(load(() => import("./commands/Audit.ts"), ({ audit }) => audit(options))))

  program.command("verify")
    .description("check a draw's proof bundle; exit code 0 valid, pending or void, 1 invalid, 2 unreadable")
    .argument("<bundle>", "a file, an http(s) URL, or - for stdin")
    .option(
      "--vkey <key>",
      "the operator's verifier key, known to you from elsewhere; again for each further one",
      repeated
    )
    .option("--chain <hash>", "the hash of the beacon's chain (drand's quicknet unless given)")
    .option("--terms <price/pot>", "what a ticket costs and what of it goes to the pot, in cents (100/95 unless given)")
    .option("--ticket <id>", "a ticket that must have taken part")
    .option("--salt <hex>", "with --ticket and --user: the ticket's ownerSalt")
    .option("--user <id>", "with --ticket and --salt: whose the ticket is")
    .option("--seen <file>", "the lock record that you kept; with --seen-at")
    .option("--seen-at <time>", "when you fetched it, in UTC")
    .addOption(json())
    .action((source, options) =>
      choose(load(() => import("./commands/Verify.ts"), ({ verify }) => verify(source, options)))
    )

  try {
    await program.parseAsync(argv, { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? done : unusable
  }
  return task ?? unusable
}

/**
 * The file of settings that a first start in production needs: each with its sentence, secrets made anew.
 *
 * systemd (`EnvironmentFile`), a shell (`. ddd.env`), Docker and Node (`--env-file`) read it alike: a value has no blank, quote or anything
 * that one of them would take for something else.
 */
import * as Secrets from "@ddd/adapters-crypto/Secrets"
import { parseEnv } from "node:util"
import { type Environment, readConfig } from "../config/Config.ts"
import { everyNeed, type VariableName, variables } from "../config/Variables.ts"

/** What the operator chose. */
export interface Choices {
  readonly publicUrl: string
  readonly logOrigin: string
  readonly trustedProxies: string
  readonly beacon: "drand" | "none"
  readonly proofFolder: string
  /** As the application; its password is in it. */
  readonly databaseUrl: string
}

interface Line {
  readonly name: VariableName
  /** Null where the operator is to say it: the line is commented out, with an example. */
  readonly value: string | null
  readonly example?: string
  /** What there is to know beside what the variable is for. */
  readonly note?: string
}

const linesOf = (choices: Choices): ReadonlyArray<Line> => {
  const secrets = Secrets.make()
  return [
    { name: "NODE_ENV", value: "production" },
    { name: "PUBLIC_URL", value: choices.publicUrl },
    {
      name: "TRUSTED_PROXIES",
      value: choices.trustedProxies,
      note: "Without a proxy: remove it, and set TLS_CERT and TLS_KEY (docs/operations/proxy.md)."
    },
    { name: "PROOF_DIR", value: choices.proofFolder, note: "See docs/operations/restoring.md." },
    { name: "DATABASE_URL", value: choices.databaseUrl },
    {
      name: "TICKET_SEAL_SECRET",
      value: secrets.TICKET_SEAL_SECRET,
      note: "Once it is lost no ticket can be verified, or sold on this database, ever again."
    },
    { name: "SEED_KEY", value: secrets.SEED_KEY, note: "Once it is lost no draw that was published can be drawn." },
    {
      name: "LOG_ORIGIN",
      value: choices.logOrigin,
      note: "It never changes: every record is signed under it."
    },
    { name: "LOG_SIGNING_KEYS", value: secrets.LOG_SIGNING_KEYS, note: "Once they are lost the log cannot go on." },
    { name: "JWT_PRIVATE_KEYS", value: secrets.JWT_PRIVATE_KEYS },
    {
      name: "REFRESH_KEY",
      value: secrets.REFRESH_KEY,
      note: "Once it is lost nobody can read the addresses in the security log."
    },
    { name: "INTERNAL_API_TOKEN", value: secrets.INTERNAL_API_TOKEN },
    { name: "BEACON", value: choices.beacon },
    ...choices.beacon === "none" ? [{ name: "ALLOW_NO_BEACON", value: "yes" } as const] : [],
    { name: "SMTP_URL", value: null, example: "smtps://user:password@mail.example.com" },
    { name: "MAIL_FROM", value: null, example: "hello@example.com" },
    { name: "STRIPE_SECRET_KEY", value: null, example: "sk_live_" },
    { name: "STRIPE_WEBHOOK_SECRET", value: null, example: "whsec_" },
    { name: "CHECKOUT_RETURN_URL", value: null, example: "https://lottery.example.com/play" },
    { name: "REVENUECAT_WEBHOOK_AUTH", value: null, example: "" },
    { name: "KYC_WEBHOOK_SECRET", value: null, example: "" },
    {
      name: "OPERATOR_NAME",
      value: null,
      example: "ExampleDraws",
      note: "Players are to know whom they play with; in double quotes where it has blanks."
    },
    { name: "OPERATOR_URL", value: null, example: "https://example.com" },
    { name: "TERMS_URL", value: null, example: "https://example.com/terms" },
    { name: "HELP_URL", value: null, example: "https://example.com/help" },
    { name: "METRICS_PORT", value: null, example: "9464" }
  ]
}

const sentence = (help: string): string => `${help.slice(0, 1).toUpperCase()}${help.slice(1)}.`

const textOf = ({ example = "", name, note, value }: Line): string =>
  [
    `# ${sentence(variables[name].help)}${note === undefined ? "" : ` ${note}`}`,
    value === null ? `#${name}=${example}` : `${name}=${value}`
  ].join("\n")

const head =
  `# The settings of Daily Dollar Draw, made by \`ddd init\`. Secret: whoever reads this file can sign records and move money.
# Keep a copy, and not where the backups of the database are: without its secrets no backup is worth anything.
# \`ddd config\` shows every setting that there is, and \`ddd doctor\` whether all of it works.`

/** Whether every reader of such files takes a value literally. */
export const isPlain = (value: string): boolean => /^[\w@%+=:,./?[\]~-]*$/.test(value)

/** The settings as a text, and what is still wrong with them, as a server that starts reads them. */
export interface EnvFile {
  readonly text: string
  readonly problems: ReturnType<typeof readConfig>["problems"]
}

/** What a server would say of a file of settings alone. */
const problemsOf = (text: string): EnvFile["problems"] => {
  const environment: Environment = parseEnv(text)
  return readConfig(environment, everyNeed).problems
}

export const envFile = (choices: Choices): EnvFile => {
  const text = `${[head, ...linesOf(choices).map(textOf)].join("\n\n")}\n`
  return { text, problems: problemsOf(text) }
}

/** The file for `ddd migrate`, apart from the other: a server does without. */
export const ownerFile = (ownerUrl: string): string =>
  `# For \`ddd migrate\` alone, beside the settings of the server, which does without: the role that owns the tables.\n` +
  `DATABASE_OWNER_URL=${ownerUrl}\n`

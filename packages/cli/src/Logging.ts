/** The log: on stderr, for people in development, a JSON object a line in production. */
import { Layer, Logger, type LogLevel, References } from "effect"
import type { Settings } from "./config/Variables.ts"
import { hasErrorColors } from "./terminal/Output.ts"

const levels: { readonly [L in Settings["LOG_LEVEL"]]: LogLevel.LogLevel } = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
}

/** What of the settings the log follows. */
export const layer = ({ LOG_LEVEL, NODE_ENV }: Pick<Settings, "LOG_LEVEL" | "NODE_ENV">) =>
  Layer.mergeAll(
    Logger.layer([
      NODE_ENV === "production"
        ? Logger.withConsoleError(Logger.formatJson)
        : Logger.consolePretty({ colors: hasErrorColors() })
    ]),
    Layer.succeed(Logger.LogToStderr, true),
    Layer.succeed(References.MinimumLogLevel, levels[LOG_LEVEL])
  )

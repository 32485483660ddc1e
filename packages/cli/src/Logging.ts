/**
 * The log: on stderr, for people in development, a JSON object a line in production.
 *
 * Whatever is in it, errors of others too, steers no terminal and begins no line of its own.
 */
import { visibleJson } from "@ddd/core/values/Visible"
import { anyStyles, harmless, write } from "@ddd/verify/Streams"
import { Console, Layer, Logger, type LogLevel, References } from "effect"
import { Console as NodeConsole } from "node:console"
import { Writable } from "node:stream"
import type { Settings } from "./config/Variables.ts"
import { withCallable } from "./Invocation.ts"
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

/** Writes to stderr what a terminal may be given; commands that it names are as its reader can run them. */
const harmlessConsole = (hasColours: boolean, textOf: (line: string) => string): Console.Console => {
  const stderr = new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => write("stderr", harmless(textOf(String(chunk)), hasColours, anyStyles), () => done())
  })
  return new NodeConsole({ stdout: stderr, stderr, colorMode: hasColours })
}

/** What of the settings the log follows. */
export const layer = ({ LOG_LEVEL, NODE_ENV }: Pick<Settings, "LOG_LEVEL" | "NODE_ENV">) => {
  const isProduction = NODE_ENV === "production"
  const hasColours = !isProduction && hasErrorColors()
  return Layer.mergeAll(
    Logger.layer([
      isProduction
        ? Logger.withConsoleError(Logger.map(Logger.formatJson, visibleJson))
        : Logger.consolePretty({ colors: hasColours })
    ]),
    Layer.succeed(Console.Console, harmlessConsole(hasColours, isProduction ? (line) => line : withCallable)),
    Layer.succeed(Logger.LogToStderr, true),
    Layer.succeed(References.MinimumLogLevel, levels[LOG_LEVEL])
  )
}

/** `ddd completion`: what a shell reads to complete the commands and options of `ddd`. */
import { Argument, type Command } from "commander"
import { Effect, Stream } from "effect"
import { done } from "../../ExitCode.ts"
import { printPieces } from "../../terminal/Output.ts"
import { command, type Declare } from "../Declaration.ts"
import { script, type Shell, shells } from "./Scripts.ts"
import { following } from "./Words.ts"

const run = Effect.fn("ddd completion")(function*(shell: Shell, program: Command) {
  yield* printPieces(Stream.succeed(script(shell, following(program, ""))), "text")
  return done
})

export const completion: Declare = (perform) =>
  command(
    "completion",
    "print what a shell reads to complete `ddd` on Tab",
    "ddd completion bash > ~/.local/share/bash-completion/completions/ddd"
  )
    .addArgument(new Argument("<shell>", "which one").choices(shells))
    .action((shell, _, completing) => perform(run(shell, completing.parent ?? completing)))

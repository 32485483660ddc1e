/**
 * Checks every draw that a server shows, from the first one on, and that none is missing.
 *
 * Each is verified from its bundle, and held against what the history says of it; the open records must name each other back to the
 * log's first draw.
 */
import type { VerifyOptions } from "@ddd/core/proof/Verifier"
import { visible, visibleJson } from "@ddd/core/values/Visible"
import { type ExitCode, interrupted, unreadable } from "../ExitCode.ts"
import { publicSite, Unanswered } from "../PublicSite.ts"
import type { Terminal } from "../Terminal.ts"
import { drawLine, lastLine, missingLine, problemLine } from "./AllText.ts"
import { type AllReport, exitOf } from "./Report.ts"
import { checkAll } from "./Search.ts"

/** Verifies every draw of the server at `address`, and says what was found. Rejects with `WrongUsage`. */
export const verifyAll = async (
  address: string,
  options: VerifyOptions,
  json: boolean,
  terminal: Terminal,
  stopped: AbortSignal
): Promise<ExitCode> => {
  const site = publicSite(address, undefined, stopped)
  const { paint } = terminal
  const say = (line: string): void => stopped.aborted ? undefined : json ? terminal.status(line) : terminal.print(line)
  let report: AllReport
  try {
    report = await checkAll(site, options, Date.now, {
      onDraw: (draw) => say(drawLine(draw, paint)),
      onMissing: (missing) => say(missingLine(missing, paint))
    })
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    if (stopped.aborted) return interrupted
    terminal.status("")
    terminal.print(json ? visibleJson(JSON.stringify({ error: error.message }, null, 2)) : visible(error.message))
    return unreadable
  }
  if (stopped.aborted) return interrupted
  terminal.status("")
  const exit = exitOf(report)
  if (json) terminal.print(visibleJson(JSON.stringify({ ...report, exit }, null, 2)))
  else {
    for (const problem of report.problems) terminal.print(problemLine(problem, paint))
    terminal.print(lastLine(report, exit, paint))
  }
  return exit
}

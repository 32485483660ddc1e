/**
 * Checks a proof bundle, from a file, a URL or stdin, without trusting whoever made it.
 *
 * It needs no configuration, no database and, for a file, no network (docs/fairness.md, "What a verifier checks").
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { unreadable, type Verdict } from "@ddd/core/proof/Verdict"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import { visibleJson } from "@ddd/core/values/Visible"
import { verifyAll } from "./all/All.ts"
import { type ExitCode, interrupted, unlessStopped } from "./ExitCode.ts"
import { type Bundle, openSource, reasonOf } from "./Source.ts"
import type { Terminal } from "./Terminal.ts"
import { verdictText } from "./VerdictText.ts"
import { type VerifyFlags, verifyOptionsOf } from "./VerifyOptions.ts"
import { WrongUsage } from "./WrongUsage.ts"

/** A smaller bundle is verified before a bar is seen. */
const barBytesMin = 1 << 24
const barWidth = 40

const bar = (share: number): string => {
  const full = Math.min(barWidth, Math.floor(share * barWidth))
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)} ${Math.min(100, Math.floor(share * 100))}%  verifying`
}

/** The bytes of a bundle, shown on a bar as they are read. */
async function* shown({ bytes, size }: Bundle, terminal: Terminal): AsyncIterable<Uint8Array> {
  let read = 0
  try {
    for await (const chunk of bytes) {
      read += chunk.length
      terminal.status(bar(read / size))
      yield chunk
    }
  } finally {
    terminal.status("")
  }
}

/** The verdict on what `source` holds. Never rejects. */
const verdictOn = async (
  source: string,
  options: VerifyOptions,
  terminal: Terminal,
  stopped: AbortSignal
): Promise<Verdict> => {
  try {
    const bundle = await openSource(source, stopped)
    return await verifyBundle(fastSha256, bundle.size < barBytesMin ? bundle.bytes : shown(bundle, terminal), options)
  } catch (error) {
    return unreadable(`${source} cannot be read: ${reasonOf(error)}.`)
  }
}

const perform = async (
  source: string | undefined,
  flags: VerifyFlags,
  terminal: Terminal,
  stopped: AbortSignal
): Promise<ExitCode> => {
  const options = verifyOptionsOf(flags)
  if (flags.all !== undefined) {
    if (source !== undefined) throw new WrongUsage("--all verifies every draw of a server: it goes without a bundle.")
    if (options.ticket !== undefined || options.seen !== undefined) {
      throw new WrongUsage("--ticket and --seen are of one draw: they go with its bundle, not with --all.")
    }
    return await verifyAll(flags.all, options, flags.json === true, terminal, stopped)
  }
  if (source === undefined) {
    throw new WrongUsage("Name a bundle: a file, an http(s) URL, or - for stdin; or --all <url>.")
  }
  const verdict = await verdictOn(source, options, terminal, stopped)
  if (stopped.aborted) return interrupted
  terminal.print(
    flags.json === true ? visibleJson(JSON.stringify(verdict, null, 2)) : verdictText(verdict, terminal.paint)
  )
  return verdict.exit
}

const neverStopped = new AbortController().signal

/**
 * Verifies the bundle at `source`: a path, an http(s) URL, or `-` for stdin; or all draws of a server. Rejects with `WrongUsage`.
 *
 * Once `stopped` is aborted it ends at once, without a verdict.
 */
export const verify = (
  source: string | undefined,
  flags: VerifyFlags,
  terminal: Terminal,
  stopped: AbortSignal = neverStopped
): Promise<ExitCode> => unlessStopped(perform(source, flags, terminal, stopped), stopped)

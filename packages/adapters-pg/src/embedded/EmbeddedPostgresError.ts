/** What can go wrong with the embedded PostgreSQL. */
import { Data } from "effect"

/**
 * The embedded PostgreSQL cannot be used. The message is for the person at the terminal: what happened and what to do.
 *
 * - `platform`: there are no PostgreSQL programs for this machine, or they were not installed.
 * - `folder`: the data folder cannot be made, read or written, or belongs to another account.
 * - `in-use`: a living process runs a server on the data folder.
 * - `server`: PostgreSQL itself did not initialise, start or stop.
 */
export class EmbeddedPostgresError extends Data.TaggedError("EmbeddedPostgresError")<{
  readonly reason: "platform" | "folder" | "in-use" | "server"
  readonly message: string
  readonly cause?: unknown
}> {}

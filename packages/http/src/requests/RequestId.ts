/** The id by which a request is found again: in its answer, in every line that it logs, in every error (docs/api.md, "request id"). */
import { Context } from "effect"
import { randomUUID } from "node:crypto"

/** The id of the request that this fiber answers. */
export const CurrentRequestId = Context.Reference<string>("@ddd/http/CurrentRequestId", { defaultValue: () => "none" })

/** What a client may name its request: nothing that could forge a line of a log or a header. */
const saneForm = /^[\w.:-]{1,64}$/

/** The client's `X-Request-Id` where it is sane (1 to 64 of `A-Za-z0-9_.:-`), else a new one. */
export const requestIdOf = (header: string | undefined): string =>
  header !== undefined && saneForm.test(header) ? header : randomUUID()

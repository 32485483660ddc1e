/** Answers in the forms in which Stripe gives them. */

export interface Answer {
  readonly status: number
  readonly body: object
}

export const ok = (body: object): Answer => ({ status: 200, body })

export interface Fault {
  readonly type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error"
  readonly message: string
  readonly code?: string
  readonly param?: string
}

export const fault = (status: number, error: Fault): Answer => ({ status, body: { error } })

/** A request that is wrong in itself, or cannot be done as things are. */
export const invalid = (code: string, message: string, param?: string): Answer =>
  fault(400, { type: "invalid_request_error", code, message, ...(param === undefined ? {} : { param }) })

export const missing = (kind: string, id: string, param = "id"): Answer =>
  fault(404, { type: "invalid_request_error", code: "resource_missing", message: `No such ${kind}: '${id}'`, param })

export const internal: Answer = fault(500, { type: "api_error", message: "An error occurred internally with our API." })

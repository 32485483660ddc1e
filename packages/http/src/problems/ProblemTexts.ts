/** What each error code means, for the OpenAPI document. */
import type { ProblemCode } from "./Problem.ts"

export const problemTexts: Readonly<Record<ProblemCode, string>> = {
  invalid_request: "A part of the request is not what it takes; `errors` says which.",
  invalid_json: "The body is not JSON, or has a member twice.",
  unauthenticated: "There are no credentials, or they are not good.",
  invalid_credentials: "The address is not known, or the password is wrong.",
  token_expired: "The access token has expired: refresh it.",
  token_reused: "The refresh token was used before: its session is over.",
  invalid_token: "The mailed token is unknown, used or expired.",
  insufficient_funds: "The balance is too low. Nothing was changed.",
  forbidden: "This is for somebody else to do.",
  account_frozen: "The account is frozen.",
  limit_exceeded: "It would be more than a wallet can hold.",
  not_found: "There is no such thing, or none that the caller may know of.",
  method_not_allowed: "The path takes other methods; `Allow` names them.",
  email_taken: "Another account has this address.",
  username_taken: "Another account has this name.",
  draw_closed: "The draw is no longer on sale.",
  room_full: "The room has as many members as it may.",
  already_member: "The player is a member of the room.",
  already_has_ticket: "The member has a ticket.",
  wrong_room_state: "The room is not in a state for this.",
  payout_account_missing: "There is no payout account, or it is not ready.",
  not_withdrawable: "More than can be paid out now.",
  withdrawal_under_way: "A withdrawal is still under way.",
  beacon_pending: "The beacon's round is not there yet: try again after `Retry-After`.",
  reference_conflict: "The reference stands for another deposit.",
  payload_too_large: "The body is too large.",
  unsupported_media_type: "The body is not sent as `application/json`.",
  idempotency_key_reused: "The key stands for another request.",
  rate_limited: "Too many tries: try again after `Retry-After`.",
  internal: "Something went wrong on our side.",
  unavailable: "It cannot be answered now, and nothing was changed: try again after `Retry-After`.",
  outcome_unknown:
    "Whether it was done is not known: look before you send it again, or use the same key where there is one."
}

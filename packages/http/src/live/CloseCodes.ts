/** With which code the server closes a WebSocket, and why (RFC 6455, section 7.4). */
export const closeCodes = {
  1002: "A frame was not lawful.",
  1003: "A message was not text.",
  1007: "A text was not UTF-8.",
  1008:
    "The session has ended; or 5 messages in a row could not be served, or over 256 KiB came before the answers to earlier ones; or frames came faster than 100 a second, after 400 at once.",
  1009: "A message was over 4 KiB.",
  1011: "Something went wrong on our side: connect again.",
  1012: "The server is stopping: connect again.",
  1013: "Over 1 MiB was left unread, or anything for 30 s: connect again, and read faster."
} as const

/**
 * What each engine answers to the frames of a WebSocket, lawful and not, in the groups of the Autobahn test suite: as RFC 6455 says, and
 * docs/api.md where that leaves it open. `RawCases.test.ts` holds both engines to it, and `npm run engines` prints it.
 *
 * uWebSockets.js ends a connection without a word where a frame is unlawful; what else it does otherwise is said where it is.
 *
 * Over 300 lines: one list, in its groups.
 */
import { handshake, head, type RawCase } from "./RawTalk.ts"

/** The first byte of a frame. */
const fin = 0x80
const [rsv1, rsv2, rsv3] = [0x40, 0x20, 0x10]
const [continuation, text, binary, goodbye, ping, pong] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa]

const bytesOf = (...bytes: ReadonlyArray<number>): string => String.fromCharCode(...bytes)
/** As it goes over the wire, a character a byte. */
const utf8 = (content: string): string => Buffer.from(content).toString("latin1")

const key: ReadonlyArray<number> = [0x37, 0xfa, 0x21, 0x3d]
const noKey: ReadonlyArray<number> = [0, 0, 0, 0]

const masked = (payload: string, by = key): string =>
  Array.from(payload, (char, at) => bytesOf(char.charCodeAt(0) ^ (by[at % 4] ?? 0))).join("")

/** The bytes of a length in so many. */
const lengthIn = (length: number, size: 2 | 8): string =>
  bytesOf(...Array.from({ length: size }, (_, at) => Math.floor(length / 256 ** (size - 1 - at)) % 256))

/** A frame as clients send it, masked. */
const frame = (first: number, payload = "", by = key): string => {
  const { length } = payload
  const size = length < 126
    ? bytesOf(0x80 | length)
    : length < 65_536
    ? `\xfe${lengthIn(length, 2)}`
    : `\xff${lengthIn(length, 8)}`
  return `${bytesOf(first)}${size}${bytesOf(...by)}${masked(payload, by)}`
}

const say = (payload: string): string => frame(fin | text, payload)
const close = (code: number, reason = ""): string => frame(fin | goodbye, bytesOf(code >> 8, code & 0xff) + reason)
/** How clients end what they have to say. */
const done = close(1000)

const silent = "101, ended without a word"

/** Frames of a client that says goodbye after them; of what is sent after an unlawful one nothing is looked at. */
const then = (name: string, frames: string, expected: string, uws?: string): RawCase => ({
  name,
  bytes: frames + done,
  isSocket: true,
  expected: `101, ${expected}`,
  ...(uws === undefined ? {} : { uws: uws === silent ? uws : `101, ${uws}` })
})

/** The same where the frames say all. */
const only = (name: string, frames: string, expected: string, uws?: string): RawCase => ({
  ...then(name, "", expected, uws),
  bytes: frames
})

/** An unlawful frame after a text, whose answer uWebSockets.js loses where both are read together. */
const unlawfulAfterText = (name: string, frames: string): RawCase => ({
  ...then(name, frames, "\"hi\", 1002", silent),
  uwsPiecemeal: "101, \"hi\", ended without a word"
})

const unlawful = (name: string, frames: string): RawCase => then(name, frames, "1002", silent)

const framing: ReadonlyArray<RawCase> = [
  then("an empty text", say(""), "\"\", 1000"),
  then("a text", say("hi"), "\"hi\", 1000"),
  ...[125, 126, 127, 128, 4_096].map((length) =>
    then(`a text of ${length} bytes`, say("x".repeat(length)), `${length} × "x", 1000`)
  ),
  ...[4_097, 65_535, 65_536].map((length) => then(`a text of ${length} bytes`, say("x".repeat(length)), "1009")),
  then("a text of 65537 bytes", say("x".repeat(65_537)), "1009", silent),
  ...[0, 125, 126, 127, 128, 4_096].map((length) =>
    then(`${length} bytes that are no text`, frame(fin | binary, "\xfe".repeat(length)), "1003")
  ),
  ...[4_097, 65_535, 65_536].map((length) =>
    then(`${length} bytes that are no text`, frame(fin | binary, "\xfe".repeat(length)), "1009")
  ),
  then("a text whose mask is zeros", frame(fin | text, "hi", noKey), "\"hi\", 1000"),
  then("100 texts in one write", say("hi").repeat(100), "100 of \"hi\", 1000"),
  only("a text that the server says goodbye to", say("bye"), "1000, and stays open", "1000"),
  only("half a frame", say("hi").slice(0, -1), "open"),
  only("a head of a frame alone", say("hi").slice(0, 2), "open"),
  { ...only("half a frame, and no more", say("hi").slice(0, -1), "ended without a word"), halfClosed: true },
  { ...only("no goodbye before the end", say("hi"), "\"hi\", ended without a word"), halfClosed: true }
]

const lengths: ReadonlyArray<RawCase> = [
  // the standard asks the shortest form of who sends, and nothing of who reads another
  then(
    "a length of 5 in two bytes",
    `\x81\xfe${lengthIn(5, 2)}${bytesOf(...key)}${masked("hello")}`,
    "\"hello\", 1000"
  ),
  then(
    "a length of 5 in eight bytes",
    `\x81\xff${lengthIn(5, 8)}${bytesOf(...key)}${masked("hello")}`,
    "\"hello\", 1000"
  ),
  then("a length of 0 in eight bytes", `\x81\xff${lengthIn(0, 8)}${bytesOf(...key)}`, "\"\", 1000"),
  unlawful("a ping with its length in two bytes", `\x89\xfe${lengthIn(5, 2)}${bytesOf(...key)}${masked("hello")}`),
  unlawful("a ping with its length in eight bytes", `\x89\xff${lengthIn(5, 8)}${bytesOf(...key)}${masked("hello")}`),
  ...([
    ["2^32", lengthIn(2 ** 32, 8)],
    ["2^53", lengthIn(2 ** 53, 8)],
    ["2^63 - 1", `\x7f${"\xff".repeat(7)}`],
    ["2^63", `\x80${"\0".repeat(7)}`],
    ["2^64 - 1", "\xff".repeat(8)]
  ] as const).map(([name, length]) =>
    then(`a length of ${name}`, `\x81\xff${length}${bytesOf(...key)}hello`, "1009", silent)
  )
]

const pings: ReadonlyArray<RawCase> = [
  then("a ping", frame(fin | ping), "pong, 1000"),
  then("a ping with a text", frame(fin | ping, "hi"), "pong \"hi\", 1000"),
  then("a ping of 125 bytes", frame(fin | ping, "x".repeat(125)), "pong 125 × \"x\", 1000"),
  then("a ping of bytes that are no text", frame(fin | ping, "\0\xff\xfe"), "pong \"\\u0000��\", 1000"),
  unlawful("a ping of 126 bytes", frame(fin | ping, "x".repeat(126))),
  then(
    "ten pings",
    Array.from({ length: 10 }, (_, i) => frame(fin | ping, String(i))).join(""),
    `${Array.from({ length: 10 }, (_, i) => `pong "${i}"`).join(", ")}, 1000`
  ),
  then("a pong that nobody asked for", frame(fin | pong), "1000"),
  then("a pong with a text that nobody asked for", frame(fin | pong, "hi"), "1000"),
  then("a pong of 125 bytes", frame(fin | pong, "x".repeat(125)), "1000"),
  unlawful("a pong of 126 bytes", frame(fin | pong, "x".repeat(126))),
  then(
    "a pong that nobody asked for, then a ping",
    frame(fin | pong, "a") + frame(fin | ping, "b"),
    "pong \"b\", 1000"
  ),
  only("5,000 pings in one write", frame(fin | ping).repeat(5_000), "many of pong, 1008")
]

const reserved: ReadonlyArray<RawCase> = [
  ...[rsv1, rsv2, rsv3, rsv1 | rsv2, rsv1 | rsv3, rsv2 | rsv3, rsv1 | rsv2 | rsv3].map((bits) =>
    unlawful(
      `a text with the reserved bits ${(bits >> 4).toString(2).padStart(3, "0")}`,
      frame(fin | bits | text, "hi")
    )
  ),
  unlawful("a ping with a reserved bit", frame(fin | rsv1 | ping, "hi")),
  unlawful("a goodbye with a reserved bit", frame(fin | rsv2 | goodbye)),
  unlawful("bytes with a reserved bit", frame(fin | rsv1 | binary, "hi")),
  unlawful("a continuation with a reserved bit", frame(text, "hi") + frame(fin | rsv1 | continuation, "hi")),
  unlawfulAfterText("a reserved bit after a lawful text", say("hi") + frame(fin | rsv3 | text, "hi") + say("no")),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
    unlawful(`the reserved opcode ${opcode}`, frame(fin | opcode, "hi")),
    unlawful(`the reserved opcode ${opcode}, empty`, frame(fin | opcode))
  ]),
  unlawful("a reserved opcode that is to go on", frame(3, "hi")),
  unlawful("a reserved opcode within a text", frame(text, "hi") + frame(fin | 5) + frame(fin | continuation))
]

const fragments: ReadonlyArray<RawCase> = [
  then("a text in two frames", frame(text, "h") + frame(fin | continuation, "i"), "\"hi\", 1000"),
  then("bytes in two frames", frame(binary, "h") + frame(fin | continuation, "i"), "1003"),
  then("a text whose first frame is empty", frame(text) + frame(fin | continuation, "hi"), "\"hi\", 1000"),
  then("a text whose last frame is empty", frame(text, "hi") + frame(fin | continuation), "\"hi\", 1000"),
  then(
    "a text of three frames that are empty",
    frame(text) + frame(continuation) + frame(fin | continuation),
    "\"\", 1000"
  ),
  then(
    "a text in 128 frames",
    frame(text, "x") + frame(continuation, "x").repeat(126) + frame(fin | continuation, "x"),
    "128 × \"x\", 1000"
  ),
  then(
    "a text in 129 frames",
    frame(text, "x") + frame(continuation, "x").repeat(127) + frame(fin | continuation, "x"),
    "1008",
    "129 × \"x\", 1000"
  ),
  then(
    "4096 bytes of a text in two frames",
    frame(text, "x".repeat(2_048)) + frame(fin | continuation, "x".repeat(2_048)),
    "4096 × \"x\", 1000"
  ),
  then(
    "4097 bytes of a text in two frames",
    frame(text, "x".repeat(2_048)) + frame(fin | continuation, "x".repeat(2_049)),
    "1009"
  ),
  only(
    "4097 bytes of a text that goes on",
    frame(text, "x".repeat(2_048)) + frame(continuation, "x".repeat(2_049)),
    "1009",
    "open"
  ),
  then(
    "a ping between two frames",
    frame(text, "h") + frame(fin | ping, "p") + frame(fin | continuation, "i"),
    "pong \"p\", \"hi\", 1000"
  ),
  then(
    "ten pings between two frames",
    frame(text, "h") + frame(fin | ping).repeat(10) + frame(fin | continuation, "i"),
    "10 of pong, \"hi\", 1000"
  ),
  then(
    "a pong between two frames",
    frame(text, "h") + frame(fin | pong, "p") + frame(fin | continuation, "i"),
    "\"hi\", 1000"
  ),
  then("a goodbye between two frames", frame(text, "h") + done + frame(fin | continuation, "i"), "1000"),
  unlawful("a ping in two frames", frame(ping, "h") + frame(fin | continuation, "i")),
  unlawful("a pong in two frames", frame(pong, "h") + frame(fin | continuation, "i")),
  unlawful("a goodbye in two frames", frame(goodbye, "\x03") + frame(fin | continuation, "\xe8")),
  unlawful("a ping within a text that is to go on", frame(text, "h") + frame(ping) + frame(fin | continuation, "i")),
  unlawful("a last continuation of nothing", frame(fin | continuation, "hi")),
  unlawful("a continuation of nothing that goes on", frame(continuation, "hi")),
  unlawful("a continuation of nothing, empty", frame(fin | continuation)),
  unlawfulAfterText("a continuation after a whole text", say("hi") + frame(fin | continuation, "no")),
  unlawfulAfterText(
    "a continuation after a text in two frames",
    frame(text, "h") + frame(fin | continuation, "i") + frame(fin | continuation, "no")
  ),
  unlawful("a text within a text", frame(text, "h") + say("i")),
  unlawful("the beginning of a text within a text", frame(text, "h") + frame(text, "i")),
  then("bytes within a text", frame(text, "h") + frame(fin | binary, "i"), "1002", "1003"),
  unlawful("a text within bytes", frame(binary, "h") + say("i")),
  only("a text that never ends", frame(text, "h"), "open")
]

/** What is UTF-8, where it comes near to what is not. */
const lawfulTexts: ReadonlyArray<string> = [
  "κόσμε",
  "\0",
  "\x7f\u0080\u07ff\u0800\uffff\u{10000}",
  "\ud7ff\ue000",
  "\u{10ffff}",
  "\ufffe\uffff\ufdd0",
  "\ufeffhi",
  "grüße 🎟"
]

/** What is none, by the rule that it breaks. */
const brokenTexts: ReadonlyArray<readonly [name: string, bytes: string]> = [
  ["a continuation byte alone", "\x80"],
  ["the last continuation byte alone", "\xbf"],
  ["a character of two bytes that lacks one", "\xce"],
  ["a character of three bytes that lacks one", "\xe1\xbd"],
  ["a character of four bytes that lacks one", "\xf0\x90\x80"],
  ["a character that is broken off by another", "\xe1\xbd\x41"],
  ["a slash in two bytes", "\xc0\xaf"],
  ["a slash in three bytes", "\xe0\x80\xaf"],
  ["a slash in four bytes", "\xf0\x80\x80\xaf"],
  ["a NUL in two bytes", "\xc0\x80"],
  ["the last of two bytes in three", "\xe0\x9f\xbf"],
  ["the last of three bytes in four", "\xf0\x8f\xbf\xbf"],
  ["the first surrogate", "\xed\xa0\x80"],
  ["the last surrogate", "\xed\xbf\xbf"],
  ["a pair of surrogates", "\xed\xa0\x80\xed\xb0\x80"],
  ["one beyond the last character", "\xf4\x90\x80\x80"],
  ["a character of five bytes", "\xf8\x88\x80\x80\x80"],
  ["a character of six bytes", "\xfc\x84\x80\x80\x80\x80"],
  ["the byte FE", "\xfe"],
  ["the byte FF", "\xff"]
]

const kosme = utf8("κόσμε")

const texts: ReadonlyArray<RawCase> = [
  ...lawfulTexts.map((content) =>
    then(`the text ${JSON.stringify(content)}`, say(utf8(content)), `${JSON.stringify(content)}, 1000`)
  ),
  then(
    "a text that is cut within a character",
    frame(text, kosme.slice(0, 3)) + frame(fin | continuation, kosme.slice(3)),
    "\"κόσμε\", 1000"
  ),
  then(
    "a text of which each byte is a frame",
    Array.from(kosme, (byte, i) => frame(i === 0 ? text : i === kosme.length - 1 ? fin : continuation, byte)).join(""),
    "\"κόσμε\", 1000"
  ),
  then(
    "a text that is cut within a character, and a ping there",
    frame(text, "\xce") + frame(fin | ping, "\xff") + frame(fin | continuation, "\xba"),
    "pong \"�\", \"κ\", 1000"
  ),
  ...brokenTexts.map(([name, bytes]) => then(`not UTF-8: ${name}`, say(bytes), "1007", silent)),
  ...([
    ["first", `\xff${"x".repeat(64)}`],
    ["in the middle", `${"x".repeat(32)}\xff${"x".repeat(32)}`],
    ["last", `${"x".repeat(64)}\xff`],
    ["last, cut off", `${"x".repeat(64)}\xf0\x90\x80`]
  ] as const).map(([where, bytes]) => then(`not UTF-8: ${where} in a longer text`, say(bytes), "1007", silent)),
  then("not UTF-8: in the first of two frames", frame(text, "\xff") + frame(fin | continuation, "hi"), "1007", silent),
  then("not UTF-8: in the last of two frames", frame(text, "hi") + frame(fin | continuation, "\xff"), "1007", silent),
  then("not UTF-8: across two frames", frame(text, "\xce") + frame(fin | continuation, "\xce"), "1007", silent),
  then(
    "not UTF-8: a text that ends within a character",
    frame(text, "\xce") + frame(fin | continuation),
    "1007",
    silent
  ),
  // the standard does not say when: it is judged whole, and its sender dropped after 60 s where it never is
  only("not UTF-8: a text that never ends", frame(text, "\xff"), "open"),
  then("a text after one that is not UTF-8", say("\xff") + say("hi"), "1007", silent)
]

const lawfulCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 4000, 4999]
const lawfulCodesUnknownToUws = [1012, 1013, 1014, 3000, 3999]
const unlawfulCodes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]

const goodbyes: ReadonlyArray<RawCase> = [
  only("a goodbye without a code", frame(fin | goodbye), "no code"),
  only("a goodbye of one byte", frame(fin | goodbye, "\x03"), "1002", "no code"),
  ...lawfulCodes.map((code) => only(`a goodbye with the code ${code}`, close(code), String(code))),
  ...lawfulCodesUnknownToUws.map((code) =>
    only(`a goodbye with the code ${code}`, close(code), String(code), "no code")
  ),
  ...unlawfulCodes.map((code) => only(`a goodbye with the code ${code}`, close(code), "1002", "no code")),
  only("a goodbye with a reason", close(1000, "see you"), "1000"),
  only("a goodbye with a reason of 123 bytes", close(1000, "x".repeat(123)), "1000"),
  only("a goodbye with a reason of 124 bytes", close(1000, "x".repeat(124)), "1002", silent),
  only("a goodbye with a reason in Greek", close(1000, kosme), "1000"),
  only("a goodbye whose reason is not UTF-8", close(1000, "\xff"), "1007", "no code"),
  only("a goodbye whose reason ends within a character", close(1000, "hi\xce"), "1007", "no code"),
  only("a text after the goodbye", done + say("no"), "1000"),
  only("a ping after the goodbye", done + frame(fin | ping), "1000"),
  only("another goodbye after it", done + close(1001), "1000"),
  only("an unlawful frame after the goodbye", done + frame(fin | 3), "1000"),
  only("a goodbye after a text", say("hi") + close(4000), "\"hi\", 4000"),
  only("a goodbye of both at once", say("bye") + done, "1000")
]

const masks: ReadonlyArray<RawCase> = [
  only("a text without a mask", `\x81\x02hi${done}`, "1002", silent),
  only("an empty text without a mask", `\x81\x00${done}`, "1002", "\"\", open"),
  only("a ping without a mask", `\x89\x00${done}`, "1002", "pong, open"),
  only("a goodbye without a mask", "\x88\x02\x03\xe8", "1002", "open"),
  only("a continuation without a mask", `${frame(text, "h")}\x80\x01i${done}`, "1002", silent)
]

/** A handshake in which one line is another, or none. */
const opening = (line: string, ...others: ReadonlyArray<string>): string => {
  const name = line.slice(0, line.indexOf(":") + 1)
  const lines = handshake.split("\r\n").map((each) => each.startsWith(name) ? others.join("\r\n") : each)
  return lines.filter((each, at) => each !== "" || at >= lines.length - 2).join("\r\n")
}

const version = (...lines: ReadonlyArray<string>) => opening("Sec-WebSocket-Version:", ...lines)
const keyed = (...values: ReadonlyArray<string>) =>
  opening("Sec-WebSocket-Key:", ...values.map((value) => `Sec-WebSocket-Key: ${value}`))
const host = (...lines: ReadonlyArray<string>) => opening("Host:", ...lines)

const opens = (name: string, bytes: string, expected: string, uws?: string): RawCase => ({
  name,
  bytes,
  expected,
  ...(uws === undefined ? {} : { uws })
})

/** One that uWebSockets.js takes for an ordinary request, or both engines do. */
const becomesRequest = (name: string, bytes: string, expected: string, uws?: string): RawCase => ({
  ...opens(name, bytes, expected, uws),
  uwsKeeps: true
})

/** What comes in the same read as the handshake uWebSockets.js loses. */
const talks = (name: string, bytes: string): RawCase => ({
  ...opens(name, bytes, "101, \"hi\", 1000", "101, open"),
  uwsPiecemeal: "101, \"hi\", 1000"
})

const sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="
const otherVersion = "400 invalid_request for 13"
const frames = say("hi") + done

const handshakes: ReadonlyArray<RawCase> = [
  talks("a handshake, and frames in the same write", handshake + frames),
  opens("a handshake, and half a frame", handshake + frames.slice(0, 3), "101, open"),
  {
    ...opens("two handshakes in one write", handshake + handshake, "101, 1002", "101, open"),
    uwsPiecemeal: silent
  },
  opens("the version 8", version("Sec-WebSocket-Version: 8"), otherVersion),
  opens("the version 0", version("Sec-WebSocket-Version: 0"), otherVersion),
  opens("the version 013", version("Sec-WebSocket-Version: 013"), otherVersion),
  opens("two versions", version("Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13"), otherVersion),
  opens("no version", version(), otherVersion),
  becomesRequest("no key", keyed(), "400 invalid_request", "200"),
  becomesRequest("an empty key", keyed(""), "400 invalid_request", "200"),
  opens("a key that is not base64", keyed("!".repeat(24)), "400 invalid_request"),
  becomesRequest("a key of 15 bytes", keyed("dGhlIHNhbXBsZSBub25j"), "400 invalid_request", "200"),
  opens("a key of 17 bytes", keyed("dGhlIHNhbXBsZSBub25jZSE="), "400 invalid_request"),
  becomesRequest("a key of 24 bytes", keyed("dGhlIHNhbXBsZSBub25jZSB0aGF0IGlz"), "400 invalid_request", "200"),
  opens("two keys", keyed(sampleKey, sampleKey), "400 invalid_request"),
  opens(
    "no Upgrade",
    opening("Upgrade:", "X: y", "Connection: close").replace("Connection: Upgrade\r\n", ""),
    "200",
    "101, open"
  ),
  opens("an upgrade to something else", opening("Upgrade:", "Upgrade: h2c", "Connection: close"), "200", "101, open"),
  talks("Upgrade in capitals", opening("Upgrade:", "UPGRADE: WEBSOCKET") + frames),
  talks("Connection names it among others", opening("Connection:", "Connection: keep-alive, upgrade") + frames),
  opens("Connection does not name it", opening("Connection:", "Connection: close"), "200", "101, open"),
  opens("HTTP/1.0", handshake.replace("HTTP/1.1", "HTTP/1.0"), "200", "505 of the library"),
  opens("no Host", host(), "400 invalid_request", "400 of the library"),
  becomesRequest(
    "by POST",
    handshake.replace("GET", "POST").replace("Connection: Upgrade", "Connection: close, Upgrade"),
    "200"
  ),
  becomesRequest(
    "by HEAD",
    handshake.replace("GET", "HEAD").replace("Connection: Upgrade", "Connection: close, Upgrade"),
    "200 of 2"
  ),
  opens("with a body", host("Host: x", "Connection: close", "Content-Length: 2") + "hi", "200", "101, open"),
  opens(
    "with a body in chunks",
    host("Host: x", "Transfer-Encoding: chunked") + "0\r\n\r\n",
    "411 length_required",
    "101, open"
  ),
  opens("with a body over the limit", host("Host: x", "Content-Length: 65537"), "413 payload_too_large", "101, open"),
  talks("of a page that is listed", host("Host: x", "Origin: https://app.example.com") + frames),
  opens("of a page that is not", host("Host: x", "Origin: https://evil.example"), "403 forbidden"),
  opens("of a page that hides", host("Host: x", "Origin: null"), "403 forbidden"),
  opens("with a query", handshake.replace("/ws", "/ws?token=x"), "400 invalid_request"),
  becomesRequest(
    "to another path",
    handshake.replace("/ws", "/other").replace("Connection: Upgrade", "Connection: close, Upgrade"),
    "200"
  ),
  talks(
    "compression is offered",
    host("Host: x", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits") + frames
  ),
  talks("extensions that are none", host("Host: x", "Sec-WebSocket-Extensions: ,;=,") + frames),
  talks("sub-protocols are offered", host("Host: x", "Sec-WebSocket-Protocol: chat, superchat") + frames),
  talks("sub-protocols that are no list", host("Host: x", "Sec-WebSocket-Protocol: ,,") + frames),
  {
    ...opens("half a handshake, and no more", handshake.slice(0, 60), "400 invalid_request", "ended without an answer"),
    halfClosed: true
  },
  { ...opens("a handshake, and no more", handshake, "101, ended without a word"), halfClosed: true },
  opens("a handshake that asks for HTTP's answer", head("GET /ws", "Connection: close"), "200")
]

const groups = { framing, lengths, pings, reserved, fragments, texts, goodbyes, masks, handshakes }

/** Every case, named with its group. */
export const socketCases: ReadonlyArray<RawCase> = Object.entries(groups).flatMap(([group, cases]) =>
  cases.map((each) => ({ ...each, name: `WebSocket, ${group}: ${each.name}` }))
)

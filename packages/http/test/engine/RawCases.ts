/**
 * What each engine answers to HTTP as bytes on a socket, lawful and not: one list, which `RawCases.test.ts` holds both to and
 * `npm run engines` prints. What WebSockets are sent is in `SocketCases.ts`.
 */
import { handshake, head, last, type RawCase } from "./RawTalk.ts"

const buy = (...headers: ReadonlyArray<string>) => head("POST /buy", ...headers)

export const httpCases: ReadonlyArray<RawCase> = [
  {
    name: "two requests in one write, answered in order",
    bytes: head("GET /1") + head("GET /2", last),
    expected: "200, 200",
    uws: "ended without an answer"
  },
  {
    name: "a purchase, and a request behind it",
    bytes: buy() + head("GET /", last),
    expected: "201, 200; bought 1",
    uws: "ended without an answer"
  },
  {
    name: "a body in chunks",
    bytes: `${buy("Transfer-Encoding: chunked")}1\r\nx\r\n0\r\n\r\n`,
    expected: "411 length_required"
  },
  {
    name: "a chunk whose size is junk",
    bytes: `${buy("Transfer-Encoding: chunked")}zz\r\nx\r\n0\r\n\r\n`,
    expected: "411 length_required",
    uws: "400 of the library"
  },
  {
    name: "a purchase in the trailer of a chunked body",
    bytes: `${head("POST /", "Transfer-Encoding: chunked")}0\r\n${buy()}\r\n`,
    expected: "411 length_required",
    uws: "ended without an answer"
  },
  {
    name: "another transfer encoding",
    bytes: buy("Transfer-Encoding: gzip, chunked"),
    expected: "411 length_required"
  },
  {
    name: "a length beside a transfer encoding",
    bytes: `${buy("Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "two lengths that differ",
    bytes: `${buy("Content-Length: 5", "Content-Length: 6")}hello!`,
    expected: "400 invalid_request"
  },
  {
    name: "two lengths that are the same",
    bytes: `${buy("Content-Length: 5", "Content-Length: 5")}hello`,
    expected: "400 invalid_request"
  },
  {
    name: "a length with a sign",
    bytes: `${buy("Content-Length: +5")}hello`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a length in another base",
    bytes: `${buy("Content-Length: 0x5")}hello`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  { name: "a body over the limit", bytes: buy("Content-Length: 65537"), expected: "413 payload_too_large" },
  {
    name: "a purchase within a body is no request",
    bytes: `${head("POST /", last, `Content-Length: ${buy().length}`)}${buy()}`,
    expected: "200"
  },
  {
    name: "more than the body's length is the next request",
    bytes: `${buy("Content-Length: 2")}hiGARBAGE\r\n\r\n`,
    expected: "201, 400 invalid_request; bought 1",
    uws: "201; bought 1",
    uwsKeeps: true
  },
  {
    name: "HEAD of an answer whose length is not known",
    bytes: head("HEAD /stream", last),
    expected: "200 without a length"
  },
  { name: "HTTP/1.0", bytes: "GET / HTTP/1.0\r\n\r\n", expected: "200", uws: "505 of the library" },
  {
    name: "HTTP/2 without its negotiation",
    bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    expected: "505 version_not_supported",
    uws: "505 of the library"
  },
  {
    name: "the absolute form of a target",
    bytes: head("GET http://y/1", last),
    expected: "200",
    uws: "505 of the library"
  },
  { name: "a fragment in the target", bytes: head("GET /#a", last), expected: "400 invalid_request", uws: "200" },
  {
    name: "an empty line before the request",
    bytes: `\r\n${head("GET /", last)}`,
    expected: "200",
    uws: "open, without an answer"
  },
  {
    name: "no Host, since the target has one",
    bytes: "GET http://y/1 HTTP/1.1\r\n\r\n",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  {
    name: "a Host that is none",
    bytes: "GET / HTTP/1.1\r\nHost: <x>\r\nConnection: close\r\n\r\n",
    expected: "400 invalid_request",
    uws: "200"
  },
  {
    name: "a target whose authority is none",
    bytes: head("GET http://[::1/", last),
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  { name: "no Host", bytes: "GET / HTTP/1.1\r\n\r\n", expected: "400 invalid_request", uws: "400 of the library" },
  {
    name: "two Hosts",
    bytes: head("GET /", "Host: y", last),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a head of 15 KiB",
    bytes: head("GET /", last, `X: ${"x".repeat(15 * 1024)}`),
    expected: "200",
    uws: "431 of the library"
  },
  {
    name: "a head of 17 KiB",
    bytes: head("GET /", last, `X: ${"x".repeat(17 * 1024)}`),
    expected: "431 headers_too_large",
    uws: "431 of the library"
  },
  {
    name: "120 headers",
    bytes: head("GET /", last, ...Array.from({ length: 118 }, (_, i) => `X-${i}: 1`)),
    expected: "200",
    uws: "431 of the library"
  },
  {
    name: "130 headers",
    bytes: head("GET /", last, ...Array.from({ length: 128 }, (_, i) => `X-${i}: 1`)),
    expected: "431 headers_too_large",
    uws: "431 of the library"
  },
  {
    name: "lines that end with a line feed alone",
    bytes: "GET / HTTP/1.1\nHost: x\n\n",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  {
    name: "a line feed alone within a header",
    bytes: head("GET /", last, "X: 1\nY: 2"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "white space before a colon",
    bytes: head("GET /", last, "Content-Length : 5"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a folded header",
    bytes: head("GET /", last, "X: 1", " 2"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a NUL in a header",
    bytes: head("GET /", last, "X: \0"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "TLS where none is spoken",
    bytes: "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  { name: "TRACE", bytes: head("TRACE /", "Cookie: secret=1"), expected: "405 method_not_allowed" },
  { name: "CONNECT", bytes: head("CONNECT y:443"), expected: "405 method_not_allowed", uws: "505 of the library" },
  {
    name: "a client that has sent its last byte",
    bytes: head("GET /slow"),
    halfClosed: true,
    expected: "200",
    uws: "ended without an answer"
  },
  {
    name: "half a head, and no more",
    bytes: "GET / HTTP/1.1\r\nHost: x\r\n",
    halfClosed: true,
    expected: "400 invalid_request",
    uws: "ended without an answer"
  },
  {
    name: "half a body, and no more",
    bytes: `${buy("Content-Length: 5")}he`,
    halfClosed: true,
    expected: "400 invalid_request",
    uws: "ended without an answer"
  },
  {
    name: "a client that waits to be told to go on",
    bytes: buy("Content-Length: 2", "Expect: 100-continue", last),
    expected: "100"
  },
  {
    name: "HTTP/1.0 that says so, which knows no answer before the answer",
    bytes: "POST /buy HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
    expected: "open, without an answer",
    uws: "505 of the library"
  },
  {
    name: "a WebSocket that is refused, and a purchase behind it",
    bytes: handshake.replace("Version: 13", "Version: 8") + buy(),
    expected: "400 invalid_request for 13",
    uws: "ended without an answer"
  },
  {
    name: "a purchase that asks for a WebSocket is one",
    bytes: handshake.replace("GET /ws", "POST /buy").replace("Host: x", `Host: x\r\n${last}`).replace(
      "Connection: Upgrade\r\n",
      ""
    ),
    expected: "201; bought 1"
  }
]

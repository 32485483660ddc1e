/** WebSockets as bytes on a socket. */

/** The request that opens one. */
export const handshakeText = (path = "/ws", headers: Readonly<Record<string, string>> = {}): string => {
  const sent = {
    Host: "lottery.example.com",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers
  }
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`
}

/** A message in a frame as clients send it, masked with zeros; of at most 65,535 bytes. */
export const messageFrame = (message: unknown): Buffer => {
  const payload = Buffer.from(JSON.stringify(message))
  const { length } = payload
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), payload])
}

/** What a client of a WebSocket writes by itself, without a library. */

/** The request that opens one at a path. */
export const handshakeAt = (path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
    ""
  ].join("\r\n")

/** A frame of up to 125 bytes, masked with zeros. */
export const frame = (opcode: number, payload: string): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)])

export const textFrame = (text: string): Buffer => frame(0x1, text)

export const handshake = handshakeAt("/ws")
export const subscribe = textFrame("{\"type\":\"subscribe\",\"channel\":\"draw\"}")

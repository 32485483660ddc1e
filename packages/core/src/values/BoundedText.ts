/** What a server answers, read no further than it may be long. */

/** The bytes of a body as text; rejects once there are more than `bytesMax` of them, and with whatever the decoder refuses. */
export const boundedText = async (
  body: ReadableStream<Uint8Array>,
  bytesMax: number,
  decoder = new TextDecoder()
): Promise<string> => {
  let [text, length] = ["", 0]
  for await (const chunk of body) {
    length += chunk.length
    // leaving the loop cancels the rest
    if (length > bytesMax) throw new Error(`its answer is longer than ${bytesMax} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

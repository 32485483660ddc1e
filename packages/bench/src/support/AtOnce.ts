/** Requests that reach servers at the same moment, each over a connection of its own. */
import { askPatiently, type HttpAnswer, type HttpConnection, openConnection } from "./HttpConnection.ts"

/** An address of this machine in a network of its own, as limits count networks. Only Linux answers to all of 127.0.0.0/8. */
const addressOf = (nth: number): string | undefined =>
  process.platform === "linux" ? `127.0.${1 + nth % 250}.1` : undefined

/**
 * Sends requests to several servers, to one after the other, all in one go once every connection stands; each comes from another
 * network, as those of many players do. The answers are in the order of the requests. Rejects where a connection is lost.
 */
export const atOnce = async (
  ports: ReadonlyArray<number>,
  requests: ReadonlyArray<string>
): Promise<ReadonlyArray<HttpAnswer>> => {
  const connections: Array<HttpConnection> = []
  try {
    const lanes = await Promise.all(requests.map(async (request, nth) => {
      const connection = await openConnection(ports[nth % ports.length] ?? 0, addressOf(nth))
      connections.push(connection)
      return { connection, request }
    }))
    return await Promise.all(lanes.map(({ connection, request }) => askPatiently(connection, request)))
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** Sends one request over a connection of its own. */
export const once = async (port: number, request: string): Promise<HttpAnswer> => {
  const connection = await openConnection(port)
  try {
    return await askPatiently(connection, request)
  } finally {
    connection.close()
  }
}

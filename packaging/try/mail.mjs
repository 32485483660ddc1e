/** A mail server on 127.0.0.1:2525 that takes anything and keeps nothing (try-deploy.sh). */
import { createServer } from "node:net"

createServer((socket) => {
  let isData = false
  let rest = ""
  socket.on("error", () => socket.destroy())
  socket.write("220 mail.example.com\r\n")
  socket.setEncoding("utf8").on("data", (text) => {
    rest += text
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 2)
      if (isData && line !== ".") continue
      const verb = isData ? "." : line.slice(0, 4).toUpperCase()
      isData = verb === "DATA"
      socket.write(verb === "DATA" ? "354 go on\r\n" : verb === "QUIT" ? "221 bye\r\n" : "250 ok\r\n")
      if (verb === "QUIT") socket.end()
    }
  })
}).listen(2525, "127.0.0.1")

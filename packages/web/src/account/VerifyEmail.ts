/** Where the link leads that verifies an address. Opening it changes nothing: programs that look at mails open links too. */
import { post } from "../api/Server.ts"
import { byId } from "../dom/Elements.ts"
import { takeMailedLink } from "./MailedLink.ts"
import { onSubmit, showStep } from "./Steps.ts"

const { account, token } = takeMailedLink()
if (account !== null) {
  byId("account", HTMLElement).textContent = account
  byId("whose", HTMLElement).hidden = false
}
showStep(token === null ? "no-token" : "ask", true)

onSubmit(byId("verify-email", HTMLFormElement), async () => {
  const answer = await post("/auth/verify-email", { token })
  if (answer.ok) {
    showStep("done")
    return undefined
  }
  if (answer.refusal.code === "invalid_token") {
    showStep("bad-token")
    return undefined
  }
  return answer.refusal.detail
})

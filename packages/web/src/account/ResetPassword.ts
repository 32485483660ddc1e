/** Where a password is set anew: by the token of a mailed link, or, without one, by asking for that link. */
import { post } from "../api/Server.ts"
import { byId } from "../dom/Elements.ts"
import { takeMailedLink } from "./MailedLink.ts"
import { onSubmit, showStep } from "./Steps.ts"

const email = byId("email", HTMLInputElement)
const password = byId("password", HTMLInputElement)
const show = byId("show-password", HTMLInputElement)

const { token } = takeMailedLink()
showStep(token === null ? "ask" : "choose", true)

/** What a field's own error says, as a sentence about it. */
const aboutField = (name: string, errors: ReadonlyMap<string, string>, field: HTMLInputElement): string | undefined => {
  const message = errors.get(name)
  if (message === undefined) return undefined
  field.setAttribute("aria-invalid", "true")
  field.focus()
  return message
}

onSubmit(byId("ask-form", HTMLFormElement), async () => {
  email.removeAttribute("aria-invalid")
  const answer = await post("/auth/reset-password", { email: email.value.trim() })
  if (answer.ok) {
    showStep("sent")
    return undefined
  }
  const { detail, errors } = answer.refusal
  const message = aboutField("email", errors, email)
  return message === undefined ? detail : `The address ${message}.`
})

onSubmit(byId("choose-form", HTMLFormElement), async () => {
  password.removeAttribute("aria-invalid")
  const answer = await post("/auth/reset-password/confirm", { token, password: password.value })
  if (answer.ok) {
    password.value = ""
    showStep("done")
    return undefined
  }
  const { code, detail, errors } = answer.refusal
  if (code === "invalid_token") {
    password.value = ""
    showStep("bad-token")
    return undefined
  }
  const message = aboutField("password", errors, password)
  return message === undefined ? detail : `The password ${message}.`
})

show.addEventListener("change", () => {
  password.type = show.checked ? "text" : "password"
})

byId("ask-again", HTMLButtonElement).addEventListener("click", () => showStep("ask"))

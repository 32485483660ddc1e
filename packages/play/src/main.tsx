/** Where the app begins. */
import { DddProvider } from "@ddd/client/react"
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./app/App.tsx"
import { Toasts } from "./app/Toasts.tsx"
import { keepShell } from "./offline/Shell.ts"
import { rememberKnown } from "./server/Known.ts"
import { client } from "./server/Server.ts"
import { firstSpeech, TextProvider } from "./text/Language.tsx"

/** What was asked for is asked again when a screen is shown after so long. Milliseconds. */
const freshMillis = 10_000

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: freshMillis, gcTime: 24 * 3_600_000, retry: 2 } }
})

const start = async (root: Element): Promise<void> => {
  const [speech] = await Promise.all([firstSpeech(), rememberKnown(queries)])
  createRoot(root).render(
    <StrictMode>
      <TextProvider first={speech}>
        <QueryClientProvider client={queries}>
          <DddProvider client={client}>
            <Toasts>
              <App />
            </Toasts>
          </DddProvider>
        </QueryClientProvider>
      </TextProvider>
    </StrictMode>
  )
}

const root = document.querySelector("#app")
if (root !== null) void start(root).then(keepShell)

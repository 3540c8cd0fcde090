import "@mantine/core/styles.css";
import "./ui/console.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api/client";
import { SessionProvider } from "./api/session";
import { features } from "./features";
import { router } from "./router";
import { TextsProvider } from "./texts";
import { boardTexts } from "./ui/board-texts";
import { eventTexts } from "./ui/event-texts";
import { texts } from "./ui/texts";
import { theme, tokens } from "./ui/theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// The part that keeps the page behind a dialog from scrolling asks for it by this name.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;
const everyText = [texts, boardTexts, eventTexts, ...features.map((one) => one.texts)];
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => !(error instanceof ApiProblem && error.status < 500) && count < 2,
    },
  },
});
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <TextsProvider all={everyText}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={tokens}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queries}>
          <SessionProvider>
            <RouterProvider router={router} />
          </SessionProvider>
        </QueryClientProvider>
      </MantineProvider>
    </TextsProvider>,
  );

// Who is signed in. A session that ends leaves the page as it is, with all that was typed, and asks
// for a key above it.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { ApiProblem, api, must, type Schemas, setCsrfToken, whenSignedOut } from "./client";
import { setServerTime } from "./clock";

export type Session = Schemas["Session"];

interface Held {
  session: Session | null;
  expired: boolean;
  loading: boolean;
  unreachable: boolean;
  signIn(proof: { key: string } | { link: string }): Promise<void>;
  signOut(): Promise<void>;
}

const HeldContext = createContext<Held | null>(null);

function take(session: Session): Session {
  setCsrfToken(session.csrf_token);
  setServerTime(session.now);
  return session;
}

async function read(): Promise<Session | null> {
  try {
    return take(await must(api.GET("/v1/session")));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [expired, setExpired] = useState(false);
  const query = useQuery({
    queryKey: ["session"],
    queryFn: read,
    retry: 2,
    staleTime: 5 * 60_000,
    refetchInterval: 5 * 60_000,
  });
  useEffect(() => whenSignedOut(() => setExpired(true)), []);
  const held = useMemo<Held>(
    () => ({
      session: query.data ?? null,
      expired: expired && query.data != null,
      loading: query.isPending,
      unreachable: query.isError,
      async signIn(proof) {
        const session = take(await must(api.POST("/v1/session", { body: proof })));
        const before = queries.getQueryData<Session | null>(["session"]);
        if (before && before.id !== session.id) queries.clear();
        queries.setQueryData(["session"], session);
        setExpired(false);
        await queries.invalidateQueries({ predicate: (one) => one.queryKey[0] !== "session" });
      },
      async signOut() {
        await must(api.DELETE("/v1/session")).catch((error: unknown) => {
          if (!(error instanceof ApiProblem && error.status === 401)) throw error;
        });
        setCsrfToken("");
        setExpired(false);
        queries.clear();
        queries.setQueryData(["session"], null);
      },
    }),
    [query.data, query.isPending, query.isError, expired, queries],
  );
  return <HeldContext.Provider value={held}>{children}</HeldContext.Provider>;
}

export function useSession(): Held {
  const held = useContext(HeldContext);
  if (!held) throw new Error("outside of a SessionProvider");
  return held;
}

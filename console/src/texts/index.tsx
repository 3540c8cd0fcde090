// Every word that people read is in a feature's texts, in each language. A language says itself in
// which direction it is written.

import { DirectionProvider } from "@mantine/core";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { IntlProvider, useIntl } from "react-intl";

export type Language = "en" | "ar";
export type Texts = Record<Language, Record<string, string>>;

export const LANGUAGES: Record<Language, { name: string; dir: "ltr" | "rtl" }> = {
  en: { name: "English", dir: "ltr" },
  ar: { name: "العربية", dir: "rtl" },
};
const KEPT = "fermata.language";

function known(language: string | null | undefined): Language | undefined {
  return language && language in LANGUAGES ? (language as Language) : undefined;
}

// ?lang= for a link, else what was chosen before, else what the browser asks for.
function preferred(): Language {
  return (
    known(new URLSearchParams(location.search).get("lang")) ??
    known(localStorage.getItem(KEPT)) ??
    known(navigator.language.slice(0, 2)) ??
    "en"
  );
}

const Choice = createContext<{ language: Language; choose(language: Language): void } | null>(null);

export function TextsProvider({ all, children }: { all: Texts[]; children: ReactNode }) {
  const [language, setLanguage] = useState(preferred);
  const { dir } = LANGUAGES[language];
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = dir;
  }, [language, dir]);
  const messages = useMemo(
    () => Object.assign({}, ...all.map((texts) => texts[language])) as Record<string, string>,
    [all, language],
  );
  const choice = useMemo(
    () => ({
      language,
      choose(next: Language) {
        localStorage.setItem(KEPT, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return (
    <Choice.Provider value={choice}>
      <IntlProvider locale={language} defaultLocale="en" messages={messages}>
        <DirectionProvider key={dir} initialDirection={dir} detectDirection={false}>
          {children}
        </DirectionProvider>
      </IntlProvider>
    </Choice.Provider>
  );
}

export function useLanguage() {
  const choice = useContext(Choice);
  if (!choice) throw new Error("outside of a TextsProvider");
  return choice;
}

type Values = Record<string, string | number>;
export type Say = (id: string, values?: Values) => string;

export function useSay(): Say {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values);
}

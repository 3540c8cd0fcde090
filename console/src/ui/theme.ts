import { type CSSVariablesResolver, createTheme } from "@mantine/core";

// The tokens of the console. Colour says what state something is in, and nothing else; no state is
// told by colour alone.
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: 8,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "24px" },
  lineHeights: { md: "20px" },
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 100 } } },
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
  },
});

export const tokens: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--fermata-waiting": "#8a5a00",
    "--fermata-good": "#1b6e35",
    "--fermata-bad": "#b3261e",
    "--fermata-still": "#55606b",
    "--fermata-you": "#3b4fc4",
    "--fermata-line": "#d9dde2",
    "--fermata-quiet": "#f6f7f9",
    "--mantine-color-dimmed": "#55606b",
  },
  dark: {
    "--fermata-waiting": "#f0b94d",
    "--fermata-good": "#6fcf8b",
    "--fermata-bad": "#ff8a80",
    "--fermata-still": "#a5afba",
    "--fermata-you": "#a9b6ff",
    "--fermata-line": "#3a3f47",
    "--fermata-quiet": "#25282d",
    "--mantine-color-dimmed": "#a5afba",
  },
});

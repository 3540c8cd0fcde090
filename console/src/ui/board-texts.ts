import type { Texts } from "../texts";

export const boardTexts: Texts = {
  en: {
    "board.more": "Show all {count, number} characters",
    "board.less": "Fold ({count, number} characters)",
    "board.next": "Show more",
    "board.back": "Back",
    "board.close": "Close",
    "board.reason": "Reason",
    "board.nobody": "nobody",
    "board.never": "never",
  },
  ar: {
    "board.more": "إظهار كل الأحرف ({count, number})",
    "board.less": "طي ({count, number} حرف)",
    "board.next": "إظهار المزيد",
    "board.back": "رجوع",
    "board.close": "إغلاق",
    "board.reason": "السبب",
    "board.nobody": "لا أحد",
    "board.never": "أبدًا",
  },
};

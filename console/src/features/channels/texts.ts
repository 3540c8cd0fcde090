import type { Texts } from "../../texts";

export const texts: Texts = {
  en: {
    "channels.title": "Channels",
    "channels.none": "No channel is set up: nobody is written to by Slack, e-mail or webhook yet.",
    "channels.meanwhile": "Requests are in the inbox, on the command line and in the API.",
  },
  ar: {
    "channels.title": "القنوات",
    "channels.none": "لا توجد قناة: لا يُراسَل أحد عبر Slack أو البريد أو webhook بعد.",
    "channels.meanwhile": "الطلبات موجودة في صندوق الوارد وسطر الأوامر وواجهة البرمجة.",
  },
};

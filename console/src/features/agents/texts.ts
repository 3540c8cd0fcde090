import type { Texts } from "../../texts";

export const texts: Texts = {
  en: {
    "agents.title": "Agents",
    "agents.of":
      "By {count, plural, =0 {no workflow} one {the newest workflow} other {the # newest workflows}}.",
    "agents.name": "Agent",
    "agents.now": "Running",
    "agents.waiting": "Waiting for people",
    "agents.done": "Ended",
    "agents.failed": "Failed",
    "agents.last": "Last begun",
    "agents.held": "Frozen",
    "agents.none": "No agent has begun anything yet.",
    "agents.freeze.of": "Freeze {agent}",
    "agents.thaw.of": "Lift the freeze of {agent}",
  },
  ar: {
    "agents.title": "الوكلاء",
    "agents.of":
      "حسب {count, plural, =0 {لا سير عمل} one {أحدث سير عمل} other {أحدث # من سير العمل}}.",
    "agents.name": "الوكيل",
    "agents.now": "قيد التشغيل",
    "agents.waiting": "بانتظار الأشخاص",
    "agents.done": "انتهى",
    "agents.failed": "فشل",
    "agents.last": "آخر بداية",
    "agents.held": "التجميد",
    "agents.none": "لم يبدأ أي وكيل شيئًا بعد.",
    "agents.freeze.of": "تجميد {agent}",
    "agents.thaw.of": "رفع تجميد {agent}",
  },
};

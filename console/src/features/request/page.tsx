import { useParams } from "@tanstack/react-router";
import { RequestView } from "./view";

export default function RequestPage() {
  const { approvalId } = useParams({ strict: false }) as { approvalId: string };
  return <RequestView key={approvalId} id={approvalId} />;
}

import { getRouteApi } from "@tanstack/react-router";
import { RunPage } from "@/features/run/run-page";

const route = getRouteApi("/runs/$runId");

export function RunRoute() {
  const { runId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return <RunPage key={runId} runId={runId} search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />;
}

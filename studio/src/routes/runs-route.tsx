import { getRouteApi } from "@tanstack/react-router";
import { RunsPage } from "@/features/runs/runs-page";

const route = getRouteApi("/runs");

export function RunsRoute() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  return <RunsPage filter={filter} onFilter={(next, replace = false) => void navigate({ search: next, replace })} />;
}

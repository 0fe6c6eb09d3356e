import { getRouteApi } from "@tanstack/react-router";
import { StartPage } from "@/features/start/start-page";

const route = getRouteApi("/start/$workflow");

export function StartRoute() {
  const { workflow } = route.useParams();
  const { from } = route.useSearch();
  return <StartPage key={workflow} name={workflow} from={from} />;
}

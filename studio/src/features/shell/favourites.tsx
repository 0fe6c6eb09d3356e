import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { workspacesQuery } from "@/api/workspaces";
import { visible } from "@/lib/words";
import { StarIcon } from "./icons";

const SHOWN = 6;

/** Workspaces with a star, one click away from every page. */
export function Favourites() {
  const workspaces = useQuery(workspacesQuery);
  const starred = (workspaces.data ?? []).filter((workspace) => workspace.favourite).slice(0, SHOWN);
  return starred.map((workspace) => (
    <Link key={workspace.id} className="star" to="/runs" search={{ workspace: workspace.id }} activeProps={{}}><StarIcon /><span className="cut">{visible(workspace.title)}</span></Link>
  ));
}

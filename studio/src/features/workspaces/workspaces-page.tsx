import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, Star } from "lucide-react";
import { useState } from "react";
import type { Workspace } from "@/api/types";
import { useChangeWorkspace, workspacesQuery } from "@/api/workspaces";
import { Button } from "@/components/controls/button";
import { TimeText } from "@/components/data/time-text";
import { ConfirmDialog } from "@/components/frame/dialog";
import { EmptyState } from "@/components/frame/empty-state";
import { Menu } from "@/components/frame/menu";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { workspaceWords as words } from "@/i18n/en-workspaces";
import { visible } from "@/lib/words";
import { TitleDialog } from "./title-dialog";

type Open = { readonly kind: "create" } | { readonly kind: "rename" | "remove"; readonly workspace: Workspace };

/** All workspaces, favourites first: made, renamed, starred and deleted here. */
export function WorkspacesPage() {
  const workspaces = useQuery(workspacesQuery);
  const change = useChangeWorkspace();
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => { setOpen(null); };
  const shown = (workspaces.data ?? []).filter((one) => one.title.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <main className="page">
      <div className="in">
        <div className="row gap16 runs-head">
          <h1 className="grow" tabIndex={-1}>{words.title}</h1>
          <input className="input searchbox" type="search" aria-label={words.search} placeholder={words.search} value={search} onChange={(event) => { setSearch(event.target.value); }} />
          <Button small variant="primary" onClick={() => { change.reset(); setOpen({ kind: "create" }); }}>{words.new}</Button>
        </div>
        <p className="ink2 mt4">{words.about}</p>
        {workspaces.isError ? <div className="mt16"><ProblemBox error={workspaces.error} onRetry={() => void workspaces.refetch()} /></div> : null}
        {change.error === null ? null : <div className="mt16"><ProblemBox error={change.error} /></div>}
        {workspaces.isPending ? <SkeletonRows count={4} tall /> : null}
        {workspaces.isSuccess && shown.length === 0 ? <EmptyState say={words.noMatch} /> : null}
        <ul className="mt16" aria-label={words.list}>
          {shown.map((workspace) => (
            <Row key={workspace.id} workspace={workspace} onOpen={setOpen} onStar={() => { change.mutate({ kind: "edit", id: workspace.id, favourite: !workspace.favourite }); }} />
          ))}
        </ul>
      </div>
      {open?.kind === "create" ? <TitleDialog title={words.new} verb={words.create} before="" onClose={close} onTitle={(title) => { change.mutate({ kind: "create", title }); }} /> : null}
      {open?.kind === "rename" ? (
        <TitleDialog title={words.renameTitle(visible(open.workspace.title))} verb={words.save} before={open.workspace.title} onClose={close} onTitle={(title) => { change.mutate({ kind: "edit", id: open.workspace.id, title }); }} />
      ) : null}
      {open?.kind === "remove" ? (
        <ConfirmDialog open onOpenChange={close} title={words.removeTitle(visible(open.workspace.title))} verb={words.remove} danger onConfirm={() => { change.mutate({ kind: "delete", id: open.workspace.id }); }}>
          <p>{words.removeText}</p>
        </ConfirmDialog>
      ) : null}
    </main>
  );
}

type RowProps = { readonly workspace: Workspace; readonly onOpen: (open: Open) => void; readonly onStar: () => void };

function Row({ workspace, onOpen, onStar }: RowProps) {
  const title = visible(workspace.title);
  return (
    <li className="workspace">
      <button type="button" className="tool star" aria-pressed={workspace.favourite} aria-label={words.star(title)} onClick={onStar}><Star size={16} aria-hidden fill={workspace.favourite ? "currentColor" : "none"} /></button>
      <span className="grow cut"><Link className="b" to="/runs" search={{ workspace: workspace.id }}>{title}</Link>{workspace.is_default ? <span className="t13 ink3"> · {words.standard}</span> : null}</span>
      <span className="t13 ink3 only-wide">{words.created}{" "}<TimeText at={workspace.created_at} /></span>
      <Menu
        trigger={<Button small icon aria-label={words.more(title)}><Ellipsis size={20} aria-hidden /></Button>}
        actions={[
          { key: "rename", label: words.rename, onSelect: () => { onOpen({ kind: "rename", workspace }); } },
          ...(workspace.is_default ? [] : [{ key: "remove", label: words.remove, onSelect: () => { onOpen({ kind: "remove", workspace }); } }]),
        ]}
      />
    </li>
  );
}

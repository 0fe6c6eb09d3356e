import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { ReactNode } from "react";
import { meQuery, systemQuery } from "@/api/system";
import { Button } from "@/components/controls/button";
import { usePalette } from "@/components/frame/palette-context";
import { en } from "@/i18n/en";
import { useNewBuild, useSaid } from "@/live/use-live";
import { ConnectionPill } from "./connection-pill";
import { Favourites } from "./favourites";
import { AppsIcon, HomeIcon, InboxIcon, Logo, PlusIcon, RunsIcon, WorkspacesIcon } from "./icons";
import { ThemeSwitch } from "./theme-switch";
import { useGlobalKeys } from "./use-global-keys";
import { useRail } from "./use-rail";
import { useTitle } from "./use-title";

// Asked for rarely: it comes with the dialog, not with the page.
const KeyHelp = lazy(async () => ({ default: (await import("./key-help")).KeyHelp }));

const active = { className: "on" } as const;

/** Rail, bottom bar and the place where pages stand. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const system = useQuery(systemQuery);
  const me = useQuery(meQuery);
  const said = useSaid();
  const waiting = system.data?.counts.waiting_for_person ?? 0;
  const palette = usePalette();
  const rail = useRail();
  const [help, setHelp] = useState<boolean>();
  useGlobalKeys({ onHelp: () => { setHelp(true); }, onRail: rail.toggle });
  useTitle(waiting);
  const count = waiting > 0 ? <span className="count">{waiting}</span> : null;
  return (
    <>
      <a className="skip" href="#content">{en.app.skip}</a>
      <div className={rail.folded ? "shell folded" : "shell"}>
        <aside className="rail">
          <div className="brand"><Logo /><span>{en.app.name}</span></div>
          <nav aria-label={en.nav.main}>
            <Link to="/" activeProps={active} activeOptions={{ exact: true }}><HomeIcon /><span>{en.nav.home}</span></Link>
            <Link to="/inbox" activeProps={active}><InboxIcon /><span>{en.nav.inbox}</span>{count}</Link>
            <Link to="/runs" search={{}} activeProps={active}><RunsIcon /><span>{en.nav.runs}</span></Link>
            <Link to="/apps" activeProps={active}><AppsIcon /><span>{en.nav.apps}</span></Link>
            <Link to="/workspaces" activeProps={active}><WorkspacesIcon /><span>{en.nav.workspaces}</span></Link>
            <Favourites />
          </nav>
          <div className="foot">
            <ConnectionPill />
            <ThemeSwitch name={me.data?.name} />
          </div>
        </aside>
        <div className="content" id="content">
          <NewBuildBanner />
          {children}
        </div>
        <nav className="tabbar" aria-label={en.nav.sections}>
          <Link to="/" activeProps={active} activeOptions={{ exact: true }}><HomeIcon />{en.nav.home}</Link>
          <Link to="/runs" search={{}} activeProps={active}><RunsIcon />{en.nav.runs}</Link>
          <button type="button" onClick={() => { palette.setOpen(true); }}><PlusIcon />{en.nav.start}</button>
          <Link to="/inbox" activeProps={active}><InboxIcon />{en.nav.inbox}{count}</Link>
        </nav>
      </div>
      <div className="sr" role="status" aria-live="polite">{said}</div>
      {help === undefined ? null : <Suspense><KeyHelp open={help} onOpenChange={setHelp} /></Suspense>}
    </>
  );
}

/** The server was replaced while the page is open: said quietly, never done by itself. */
function NewBuildBanner() {
  const isNew = useNewBuild();
  if (!isNew) return null;
  return (
    <div className="banner">
      <span className="grow">{en.app.newBuild}</span>
      <Button small onClick={() => { window.location.reload(); }}>{en.app.reload}</Button>
    </div>
  );
}

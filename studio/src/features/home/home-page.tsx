import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { systemQuery } from "@/api/system";
import { Button } from "@/components/controls/button";
import { usePalette } from "@/components/frame/palette-context";
import { en } from "@/i18n/en";
import { commandKey } from "@/lib/platform";
import { headline } from "./headline";
import { LaunchCards } from "./launch-cards";
import { RecentRuns } from "./recent-runs";
import { SystemStrip } from "./system-strip";
import { WaitingTasks } from "./waiting-tasks";

/** What waits, what ran last and what can be started. */
export function HomePage() {
  const system = useQuery(systemQuery);
  const palette = usePalette();
  return (
    <main className="page">
      <div className="in">
        <div className="row top gap24">
          <h1 className="head28 grow" tabIndex={-1}>{headline(system.data?.counts, system.isError)}</h1>
          <span className="row only-wide push">
            <button type="button" className="key" onClick={() => { palette.setOpen(true); }}><span className="sr">{en.home.paletteHint}</span>{" "}{commandKey}{"K"}</button>
            <Button variant="primary" onClick={() => { palette.setOpen(true); }}>{en.home.startRun}</Button>
          </span>
        </div>
        <div className="split">
          <div>
            <WaitingTasks />
            <section aria-labelledby="last-runs">
              <h2 className="h2" id="last-runs">{en.home.lastRuns}<Link to="/runs" search={{}}>{en.home.allRuns}</Link></h2>
              <RecentRuns />
            </section>
          </div>
          <div>
            <section aria-labelledby="start-something">
              <h2 className="h2" id="start-something">{en.home.startSomething}</h2>
              <LaunchCards />
            </section>
            <SystemStrip />
          </div>
        </div>
      </div>
    </main>
  );
}

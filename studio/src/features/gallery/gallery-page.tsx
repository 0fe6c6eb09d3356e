import { useState } from "react";
import { Button } from "@/components/controls/button";
import { ProblemBox } from "@/components/frame/problem-box";
import { PathStrip } from "@/components/marks/path-strip";
import type { Status } from "@/components/marks/status";
import { StatusChip, StatusWord } from "@/components/marks/status-chip";
import { initialValue, SchemaForm, validate } from "@/components/schema-form";
import { en } from "@/i18n/en";
import { everything } from "../../../testing/sample-schema.ts";

const statuses = Object.keys(en.status).filter((name): name is Status => name in en.status);
const strip = (count: number, failed: readonly number[] = []): readonly string[] => Array.from({ length: count }, (_, index) => (failed.includes(index) ? `!p${String(index)}` : `p${String(index)}`));

/** Every part in its states; development builds only. */
export function GalleryPage() {
  const [value, setValue] = useState(() => initialValue(everything));
  return (
    <main className="page">
      <div className="in">
        <h1 tabIndex={-1}>{en.gallery.title}</h1>
        <div className="split">
          <SchemaForm schema={everything} value={value} onChange={setValue} errors={validate(everything, value)} idPrefix="gallery" />
          <div className="stack">
            {statuses.map((status) => <StatusWord key={status} status={status} />)}
            <StatusWord status="waiting" gate="engine" />
            <div className="acts">{statuses.map((status) => <StatusChip key={status} status={status} />)}</div>
            <div className="acts">
              <PathStrip path={strip(1)} status="pending" /><PathStrip path={strip(4)} status="running" /><PathStrip path={strip(6)} status="waiting" />
              <PathStrip path={strip(9, [4])} status="failed" /><PathStrip path={strip(12, [3, 8])} status="completed" />
            </div>
            <div className="acts">
              <Button variant="primary">{en.start.submit}</Button><Button>{en.copy.copy}</Button><Button variant="danger">{en.dialog.cancel}</Button><Button variant="sure">{en.dialog.cancel}</Button><Button reason={en.connection.connecting}>{en.start.submit}</Button>
            </div>
            <ProblemBox error={new Error(en.problem.offline)} onRetry={() => undefined} />
            <pre className="code">{JSON.stringify(value, null, 2)}</pre>
          </div>
        </div>
      </div>
    </main>
  );
}

import type { Document, Run } from "@/api/types";
import { humanise, visible } from "@/lib/words";
import { drawnOf } from "@/model/tool-look";
import type { WidgetState } from "@/model/widget-state";
import type { DrawCall } from "./content/tool-drawing";
import { documentWidget } from "./registry";

/** A call is over: there is nothing to answer in it. */
const OVER: WidgetState = { kind: "disabled", reason: { code: "not_open" } };

/** A call in the form of a document, which is what widgets draw. */
function asDocument(run: Run, tool: string, schema: unknown, content: unknown): Document {
  return {
    id: "", run_id: run.id, name: tool, title: humanise(visible(tool)), key: null, position: 0, version: 1, live: true, superseded: false, step: run.step, transition: "", place: run.place, content, schema, widgets: [],
    tags: [], meta: {}, hidden: false, internal: false, validation_error: null, live_id: null, linked: null, created_at: run.created_at,
  };
}

/** Draws calls of a run's tools with the widgets the tools name. */
export const drawCallsOf = (run: Run): DrawCall => function draw(tool, args, result) {
  const look = Object.hasOwn(run.tools, tool) ? run.tools[tool] : undefined;
  if (look === undefined) return null;
  const document = asDocument(run, tool, look.schema, drawnOf(args, result));
  return look.widgets.map((widget, at) => {
    const { View } = documentWidget(widget.widget);
    return <View key={at} document={document} widget={widget} state={OVER} awaited={[]} />;
  });
};

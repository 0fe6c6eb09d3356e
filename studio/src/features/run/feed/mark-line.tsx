import { TimeText } from "@/components/data/time-text";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import type { MarkShape } from "@/model/shapes";
import { useWho } from "./receipt-line";

const words = runWords.marks;

/** Something that happened beside the steps, in one line on the track. */
export function MarkLine({ mark }: { readonly mark: MarkShape }) {
  const who = useWho();
  const by = who(mark.by);
  const sender = by.charAt(0).toUpperCase() + by.slice(1);
  const title = visible(mark.title ?? "");
  const say = { kept: () => words.kept(title, sender), rejected: () => words.rejected(title, visible(mark.message ?? "")), rewound: () => words.rewound(mark.step ?? 0) }[mark.kind]();
  return <div className={`quiet mark ${mark.kind}`}><span className="marktext">{say}</span><TimeText at={mark.at} as="seconds" /></div>;
}

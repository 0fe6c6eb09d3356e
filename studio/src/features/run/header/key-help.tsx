import { Dialog } from "@/components/frame/dialog";
import { runWords } from "@/i18n/en-run";

/** All keys of the page. */
export function KeyHelp({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={runWords.keys.title}>
      <dl className="keyhelp mt12">
        {runWords.keys.list.map(([key, what]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={what}>{what}</dd>])}
      </dl>
    </Dialog>
  );
}

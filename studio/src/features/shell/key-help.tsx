import { Dialog } from "@/components/frame/dialog";
import { en } from "@/i18n/en";

/** The keys that work on every page. A page with keys of its own shows its own list. */
export function KeyHelp({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={en.keys.title}>
      <dl className="keylist mt12">
        {en.keys.list.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
      </dl>
    </Dialog>
  );
}

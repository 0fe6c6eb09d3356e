import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { Button } from "@/components/controls/button";
import { en } from "@/i18n/en";

type DialogProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
  /** The title is read aloud and not drawn. */
  readonly quiet?: boolean;
  readonly className?: string;
  /** `sheet` rises from the foot of a small screen. */
  readonly as?: "dialog" | "sheet";
};

/** A window over the page: focus goes in and comes back, Escape and the ground close it. */
export function Dialog({ open, onOpenChange, title, children, quiet = false, className = "", as = "dialog" }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => { onOpenChange(next); }}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={`${as} ${className}`.trim()}>
          <Base.Title className={quiet ? "sr" : undefined}>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type ConfirmProps = Pick<DialogProps, "open" | "onOpenChange" | "title"> & {
  readonly verb: string;
  readonly danger?: boolean;
  readonly children?: ReactNode;
  readonly onConfirm: () => void;
};

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ open, onOpenChange, title, verb, danger = false, children, onConfirm }: ConfirmProps) {
  const confirm = (): void => {
    onOpenChange(false);
    onConfirm();
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      <div className="mt12">{children}</div>
      <div className="acts">
        <Button onClick={() => { onOpenChange(false); }}>{en.dialog.cancel}</Button>
        <Button variant={danger ? "sure" : "primary"} onClick={confirm}>{verb}</Button>
      </div>
    </Dialog>
  );
}

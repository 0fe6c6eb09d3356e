import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";

export type MenuAction = { readonly key: string; readonly label: ReactNode; readonly onSelect: () => void; readonly disabled?: boolean };

/** A button that opens a list of actions. */
export function Menu({ trigger, actions }: { readonly trigger: ReactElement; readonly actions: readonly MenuAction[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="menupos" sideOffset={4} align="end">
          <Base.Popup className="menu">
            {actions.map((action) => <Base.Item key={action.key} disabled={action.disabled ?? false} onClick={action.onSelect}>{action.label}</Base.Item>)}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

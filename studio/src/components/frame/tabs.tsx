import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export type Tab = { readonly value: string; readonly label: ReactNode; readonly panel: ReactNode };

type TabsProps = {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Stands at the end of the row, for example a close button. */
  readonly end?: ReactNode;
};

/** Tabs over panels; arrow keys walk, only the shown panel exists. */
export function Tabs({ label, tabs, value, onChange, end }: TabsProps) {
  return (
    <Base.Root value={value} onValueChange={(next) => { if (typeof next === "string") onChange(next); }} render={<div className="tabroot" />}>
      <div className="tabs">
        <Base.List className="tablist" aria-label={label} activateOnFocus>
          {tabs.map((tab) => <Base.Tab key={tab.value} value={tab.value}>{tab.label}</Base.Tab>)}
        </Base.List>
        {end}
      </div>
      {tabs.map((tab) => <Base.Panel key={tab.value} value={tab.value} className="body">{tab.panel}</Base.Panel>)}
    </Base.Root>
  );
}

import { en } from "@/i18n/en";
import type { Gate, Status } from "./status";
import { markClass, StatusMark } from "./status-mark";

type StatusProps = { readonly status: Status; readonly gate?: Gate };

/** Shape and word, without a ground: for lists. */
export function StatusWord({ status, gate }: StatusProps) {
  return <span className={`st ${markClass(status, gate)}`}><StatusMark status={status} gate={gate} />{en.status[status]}</span>;
}

/** Shape and word on a wash: once per page, in the run header. */
export function StatusChip({ status, gate }: StatusProps) {
  return <span className={`st chip ${markClass(status, gate)}`}><StatusMark status={status} gate={gate} />{en.status[status]}</span>;
}

import { absolute, age, dayAge, moment, seconds } from "@/lib/time";
import { useNow } from "@/lib/use-now";

const styles = { age, dayAge, moment, seconds: (at: string) => seconds(at) } as const;

type TimeProps = { readonly at: string; readonly as?: keyof typeof styles; readonly className?: string };

/** A time that keeps itself true; the whole moment with its zone stands in the title. */
export function TimeText({ at, as = "moment", className }: TimeProps) {
  const now = useNow();
  return <time className={className} dateTime={at} title={absolute(at)}>{styles[as](at, now)}</time>;
}

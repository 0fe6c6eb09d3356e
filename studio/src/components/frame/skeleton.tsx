import type { CSSProperties } from "react";

/** A bar in the size of what will stand there; appears only after 150 ms. */
export function Skeleton({ width = "100%", height = 12 }: { readonly width?: CSSProperties["width"]; readonly height?: number }) {
  return <span className="skel" style={{ width, height }} aria-hidden="true" />;
}

const widths = ["46%", "62%", "38%", "54%", "48%", "66%", "42%", "58%"] as const;

/** Rows in the shape of a list. */
export function SkeletonRows({ count, tall = false }: { readonly count: number; readonly tall?: boolean }) {
  return (
    <div className={tall ? "tall" : undefined} aria-busy="true">
      {Array.from({ length: count }, (_, index) => (
        <div className="skelrow" key={index}>
          <Skeleton width={72} />
          <Skeleton width={widths[index % widths.length] ?? "50%"} />
        </div>
      ))}
    </div>
  );
}

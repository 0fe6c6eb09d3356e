import { memo, useMemo, type ReactNode } from "react";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { readBlocks, type Align, type Block } from "@/model/markdown/blocks";
import type { Inline } from "@/model/markdown/inline";
import { CodeBlock } from "./code-block";

/** Markdown as React nodes: nothing of it is ever read as markup, and no picture is loaded from elsewhere. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  const blocks = useMemo(() => readBlocks(text), [text]);
  return <div className="md">{blocks.map((block, at) => <BlockView key={at} block={block} />)}</div>;
});

function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case "heading":
      return <Heading level={block.level}><Inlines nodes={block.text} /></Heading>;
    case "paragraph":
      return <p><Inlines nodes={block.text} /></p>;
    case "code":
      return <CodeBlock text={block.text} language={block.language} />;
    case "quote":
      return <blockquote>{block.blocks.map((inner, at) => <BlockView key={at} block={inner} />)}</blockquote>;
    case "list":
      return <ListView list={block} />;
    case "table":
      return <TableView table={block} />;
    case "rule":
      return <hr />;
  }
}

/** The page has its own h1 and h2: headings of a text begin below them. */
function Heading({ level, children }: { readonly level: number; readonly children: ReactNode }) {
  const size = `mdh${String(Math.min(level, 4))}`;
  return <div role="heading" aria-level={Math.min(level + 2, 6)} className={`mdh ${size}`}>{children}</div>;
}

function ListView({ list }: { readonly list: Extract<Block, { kind: "list" }> }) {
  const items = list.items.map((item, at) => (
    <li key={at} className={item.checked === null ? undefined : "task"}>
      {item.checked === null ? null : <input type="checkbox" className="box" checked={item.checked} readOnly disabled aria-label={item.checked ? runWords.answer.yes : runWords.answer.no} />}
      <div className="grow">
        {item.blocks.map((inner, index) => (list.tight && inner.kind === "paragraph" ? <Inlines key={index} nodes={inner.text} /> : <BlockView key={index} block={inner} />))}
      </div>
    </li>
  ));
  return list.start === null ? <ul>{items}</ul> : <ol start={list.start}>{items}</ol>;
}

const side = (align: Align | undefined): string | undefined => (align === "right" ? "r" : align === "center" ? "c" : undefined);

function TableView({ table }: { readonly table: Extract<Block, { kind: "table" }> }) {
  return (
    <div className="scrollx" role="region" tabIndex={0} aria-label={runWords.document.rows(table.rows.length)}>
      <table>
        <thead><tr>{table.head.map((cell, at) => <th key={at} className={side(table.align[at])}><Inlines nodes={cell} /></th>)}</tr></thead>
        <tbody>{table.rows.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column} className={side(table.align[column])}><Inlines nodes={cell} /></td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Inlines({ nodes }: { readonly nodes: readonly Inline[] }) {
  return nodes.map((node, at) => <InlineView key={at} node={node} />);
}

function InlineView({ node }: { readonly node: Inline }): ReactNode {
  switch (node.kind) {
    case "text":
      return visible(node.text);
    case "code":
      return <code>{visible(node.text)}</code>;
    case "strong":
      return <strong><Inlines nodes={node.children} /></strong>;
    case "em":
      return <em><Inlines nodes={node.children} /></em>;
    case "strike":
      return <s><Inlines nodes={node.children} /></s>;
    case "link":
      return <SafeLink href={node.href}><Inlines nodes={node.children} /></SafeLink>;
    case "image":
      return <ImageLink src={node.src} alt={node.alt} />;
    case "break":
      return <br />;
  }
}

const hostOf = (href: string): string => {
  try {
    return new URL(href).host;
  } catch {
    return "";
  }
};

/** A link says where it leads: text may claim anything. */
export function SafeLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  const host = hostOf(href);
  return (
    <a className="mdlink" href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
      {children}
      {host === "" || host === location.host ? null : <span className="host"> ({host})</span>}
    </a>
  );
}

function ImageLink({ src, alt }: { readonly src: string; readonly alt: string }) {
  const host = hostOf(src);
  const words = `${runWords.document.image(host === "" ? src.slice(0, 60) : host)}${alt === "" ? "" : `: ${visible(alt)}`}`;
  return host !== "" && /^https?:/.test(src) ? <SafeLink href={src}>{words}</SafeLink> : <span className="ink3">{words}</span>;
}

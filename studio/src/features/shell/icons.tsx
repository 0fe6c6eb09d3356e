import type { ReactNode } from "react";

type Drawn = { readonly children: ReactNode; readonly size?: number; readonly strokeWidth?: number };

function Icon({ children, size = 20, strokeWidth = 1.5 }: Drawn) {
  return <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={strokeWidth} aria-hidden="true">{children}</svg>;
}

/** The gate with the track through it. */
export const Logo = () => <Icon strokeWidth={2.2}><path d="M7 0v6.3M12.4 7.2A5.5 5.5 0 1 0 12.4 16" /><path d="M8 11.6h11" strokeWidth="1.8" /></Icon>;
export const HomeIcon = () => <Icon><path d="M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5" /></Icon>;
export const InboxIcon = () => <Icon><path d="M3 11 5 4.5h10L17 11v5H3zM3 11h4l1.2 2h3.6L13 11h4" /></Icon>;
export const RunsIcon = () => (
  <Icon><path d="M5 3v14" /><circle cx="5" cy="6" r="1.6" fill="var(--canvas)" /><circle cx="5" cy="14" r="1.6" fill="var(--canvas)" /><path d="M9.5 6H17M9.5 14H17" /></Icon>
);
export const MoonIcon = () => <Icon size={16}><path d="M15.5 12.2A6.3 6.3 0 0 1 7.8 4.5a6.3 6.3 0 1 0 7.7 7.7z" /></Icon>;
export const SunIcon = () => <Icon size={16}><circle cx="10" cy="10" r="3.4" /><path d="M10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M15.1 4.9l-1.4 1.4M6.3 13.7l-1.4 1.4" /></Icon>;
export const HalfIcon = () => <Icon size={16}><circle cx="10" cy="10" r="6.3" /><path d="M10 3.7a6.3 6.3 0 0 1 0 12.6z" fill="currentColor" stroke="none" /></Icon>;
export const AppsIcon = () => <Icon><path d="M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z" /></Icon>;
export const StarIcon = () => <Icon size={16}><path d="m10 3 2.1 4.5 4.9.6-3.6 3.4.9 4.9L10 14l-4.3 2.4.9-4.9L3 8.1l4.9-.6z" /></Icon>;
export const PlusIcon = () => <Icon><path d="M10 4v12M4 10h12" /></Icon>;
export const WorkspacesIcon = () => <Icon><path d="M3 5.5h5l1.5 2H17V16H3z" /></Icon>;

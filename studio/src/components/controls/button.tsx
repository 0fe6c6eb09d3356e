import type { ComponentProps } from "react";

export type ButtonVariant = "outline" | "primary" | "ghost" | "danger" | "sure";

const classes: Readonly<Record<ButtonVariant, string>> = { outline: "", primary: " primary", ghost: " ghost", danger: " danger", sure: " danger sure" };

export type ButtonProps = Omit<ComponentProps<"button">, "className"> & {
  readonly variant?: ButtonVariant;
  readonly small?: boolean;
  readonly icon?: boolean;
  readonly wide?: boolean;
  /** Why it cannot be pressed; shown on hover and read aloud. The button stays reachable by keyboard. */
  readonly reason?: string | undefined;
};

/** The class of a button, for links that look like one. */
export const buttonClass = (variant: ButtonVariant = "outline", small = false): string => `btn${classes[variant]}${small ? " sm" : ""}`;

export function Button({ variant = "outline", small = false, icon = false, wide = false, reason, onClick, type = "button", ...rest }: ButtonProps) {
  const blocked = reason !== undefined;
  return (
    <button
      {...rest} type={blocked ? "button" : type} title={reason ?? rest.title} aria-disabled={blocked || undefined}
      className={`${buttonClass(variant, small)}${icon ? " icon" : ""}${wide ? " wide" : ""}`} onClick={blocked ? undefined : onClick}
    />
  );
}

/** Links and buttons that go somewhere inside the UI; they are real anchors, so they open in tabs. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Splits a path with a query into what the router wants. */
function target(to: string): { to: string; search?: never } {
  const [path = "/", query] = to.split("?", 2);
  return query ? { to: path, search: Object.fromEntries(new URLSearchParams(query)) as never } : { to: path };
}

type Target = { to: string; children?: ReactNode; title?: string; "aria-label"?: string; "data-row-focus"?: boolean };

export function AppLink({ to, children, ...props }: Target & AnchorProps) {
  return (
    <Anchor component={Link} {...target(to)} {...(props as object)}>
      {children}
    </Anchor>
  );
}

export function LinkButton({ to, children, ...props }: Target & ButtonProps) {
  return (
    <Button component={Link} {...target(to)} {...(props as object)}>
      {children}
    </Button>
  );
}

type PlainProps = Target & { className?: string; tabIndex?: number; "aria-current"?: "page" };

/** Only the very page is current by itself: whoever draws a menu says it of what lies inside a place. */
const ONLY_ITSELF = { exact: true, includeSearch: false };

/** An unstyled anchor, for cards and rows that are links as a whole. */
export function PlainLink({ to, children, ...rest }: PlainProps) {
  return (
    <Link {...target(to)} activeOptions={ONLY_ITSELF} {...rest}>
      {children}
    </Link>
  );
}

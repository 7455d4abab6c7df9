/** A design as a small picture of itself: rendered by the server, as it would arrive. */
import { Box, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { EmailMessage } from "@/api/types";
import { previewQuery } from "../queries";
import classes from "./designs.module.css";

type CardProps = {
  name: string;
  note: ReactNode;
  chosen: boolean;
  onChoose: () => void;
  /** Shown over the picture's corner, beside the button that the card is. */
  menu?: ReactNode;
  children: ReactNode;
};

export function DesignCard({ name, note, chosen, onChoose, menu, children }: CardProps) {
  return (
    <Box className={classes.place}>
      <UnstyledButton className={classes.card} aria-pressed={chosen} onClick={onChoose}>
        <span className={classes.picture}>{children}</span>
        <Text component="span" display="block" fw={600} size="sm" mt={8} lineClamp={2}>
          {name}
        </Text>
        <Text component="span" display="block" size="xs" c="dimmed">
          {note}
        </Text>
      </UnstyledButton>
      {menu && <Box className={classes.menu}>{menu}</Box>}
    </Box>
  );
}

export function Picture({ name, message }: { name: string; message: EmailMessage }) {
  const preview = useQuery({ ...previewQuery(message, null), staleTime: Number.POSITIVE_INFINITY });
  if (!preview.data) return <Skeleton height="100%" />;
  if (!preview.data.html) return <span className={classes.textPicture}>{preview.data.text.slice(0, 400)}</span>;
  return (
    <iframe className={classes.shrunk} title={name} sandbox="" tabIndex={-1} aria-hidden srcDoc={preview.data.html} />
  );
}

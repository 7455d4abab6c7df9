/** One place up or down in a list whose order counts; the focus stays on what was moved. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Stack } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

type Props = {
  /** What is moved, as it is called on the screen. */
  name: string;
  up: (() => void) | null;
  down: (() => void) | null;
  /** Changes with the place, so that the focus can follow. */
  place: number;
};

export function MoveButtons({ name, up, down, place }: Props) {
  const { t } = useLingui();
  const buttons = { up: useRef<HTMLButtonElement>(null), down: useRef<HTMLButtonElement>(null) };
  const pressed = useRef<"up" | "down" | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the place has changed
  useEffect(() => {
    const way = pressed.current;
    pressed.current = null;
    if (!way) return;
    const wanted = buttons[way].current;
    // At the end of the list one of the two does not work any more.
    const focused = wanted?.disabled ? buttons[way === "up" ? "down" : "up"].current : wanted;
    focused?.focus();
  }, [place]);
  const run = (way: "up" | "down", act: (() => void) | null) => () => {
    pressed.current = way;
    act?.();
  };
  return (
    <Stack gap={2}>
      <ActionIcon
        ref={buttons.up}
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t`Move ${name} up`}
        disabled={!up}
        onClick={run("up", up)}
      >
        <IconChevronUp size={16} />
      </ActionIcon>
      <ActionIcon
        ref={buttons.down}
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t`Move ${name} down`}
        disabled={!down}
        onClick={run("down", down)}
      >
        <IconChevronDown size={16} />
      </ActionIcon>
    </Stack>
  );
}

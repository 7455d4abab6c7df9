/** What can be done with a person as a whole: join with another, part in two. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowMerge, IconArrowsSplit2, IconDots } from "@tabler/icons-react";
import { useRef } from "react";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import type { IdentityDialog } from "./model";
import type { OpenDialog } from "./useIdentityDialog";

export function PersonMenu({ profile, open }: { profile: Profile; open: OpenDialog }) {
  const { t } = useLingui();
  const target = useRef<HTMLButtonElement>(null);
  const mayWrite = useCan("profile.write");
  if (!mayWrite) return null;
  const start = (dialog: IdentityDialog) => () => {
    // The dialog gives the focus back to what had it, and the menu is gone by then.
    target.current?.focus();
    open(dialog);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon ref={target} variant="default" size="lg" aria-label={t`More for ${format.person(profile.label)}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconArrowMerge size={15} aria-hidden />}
          onClick={start({ kind: "merge", other: null })}
        >
          <Trans>Merge with another customer…</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowsSplit2 size={15} aria-hidden />} onClick={start({ kind: "split" })}>
          <Trans>Split this customer…</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What can be put into a text: traits of the person, and links the server fills in. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Menu, ScrollArea, Text } from "@mantine/core";
import { IconBraces } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { traitsQuery } from "@/api/query";
import type { EmailMessage } from "@/api/types";
import * as format from "@/lib/format";
import { linkExpression, traitExpression } from "../model";

type Props = {
  onInsert: (text: string) => void;
  /** Which text, for the name of the button. */
  into: string;
  /** The kind of body; links are offered only there. */
  kind?: EmailMessage["kind"];
  compact?: boolean;
  disabled?: boolean;
};

export function InsertMenu({ onInsert, into, kind, compact, disabled }: Props) {
  const { t } = useLingui();
  const traits = useQuery(traitsQuery);
  const label = t`Insert into: ${into}`;
  return (
    <Menu position="bottom-end" width={280} withinPortal returnFocus={false}>
      <Menu.Target>
        {compact ? (
          <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled}>
            <IconBraces size={16} />
          </ActionIcon>
        ) : (
          <Button
            size="xs"
            variant="default"
            aria-label={label}
            disabled={disabled}
            leftSection={<IconBraces size={15} aria-hidden />}
          >
            <Trans>Insert</Trans>
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {kind && (
          <>
            <Menu.Label>{t`Links`}</Menu.Label>
            <Menu.Item onClick={() => onInsert(linkExpression("unsubscribe_url", t`Unsubscribe`, kind))}>
              {t`Unsubscribe link`}
            </Menu.Item>
            <Menu.Item onClick={() => onInsert(linkExpression("view_url", t`View in browser`, kind))}>
              {t`View in browser link`}
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>{t`About the person`}</Menu.Label>
        <ScrollArea.Autosize mah={300} type="auto">
          {(traits.data?.items ?? []).map((trait) => (
            <Menu.Item key={trait.name} onClick={() => onInsert(traitExpression(trait.name))}>
              {trait.name}
              <Text size="xs" c="dimmed" component="span" display="block" truncate>
                {trait.examples.slice(0, 3).map(format.value).join(", ")}
              </Text>
            </Menu.Item>
          ))}
          {traits.data?.items.length === 0 && (
            <Text size="sm" c="dimmed" px="sm" py={4}>
              {t`Nothing is known about people yet.`}
            </Text>
          )}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

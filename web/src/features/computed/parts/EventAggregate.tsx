/** "Work out the total of revenue over Order Completed in the last 90 days": an aggregate as a line that reads like a sentence. */
import { useLingui } from "@lingui/react/macro";
import { Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { eventNamesQuery, eventPropertiesQuery } from "@/api/query";
import { NamePicker } from "@/ui/conditions/NamePicker";
import { WhereFields } from "@/ui/conditions/WhereFields";
import { ChannelField, WindowFields } from "@/ui/conditions/WindowFields";
import { type Draft, MOVING_OPERATORS, needsProperty, withEvent } from "../model";
import type { Aggregate } from "../types";
import type { EditDraft } from "../useDraft";
import { useAggregateWords } from "../words";
import { PropertyPicker } from "./PropertyPicker";

type Props = { draft: Draft; edit: EditDraft; aggregates: Aggregate[] };

export function EventAggregate({ draft, edit, aggregates }: Props) {
  const { t } = useLingui();
  const words = useAggregateWords();
  const names = useQuery(eventNamesQuery);
  const properties = useQuery(eventPropertiesQuery(draft.event.name));
  const { event, aggregate } = draft;
  const needs = needsProperty(aggregates, aggregate);
  const items = properties.data?.items ?? [];
  return (
    <Stack gap="xs">
      <Group gap={6}>
        <Text size="sm">{t`Work out`}</Text>
        <Select
          aria-label={t`What to work out`}
          size="xs"
          w={220}
          allowDeselect={false}
          data={aggregates.map(({ name }) => ({ value: name, label: words(name).label }))}
          value={aggregate}
          onChange={(next) => next && edit({ ...draft, aggregate: next })}
          comboboxProps={{ width: 320, position: "bottom-start" }}
          maxDropdownHeight={420}
          renderOption={({ option }) => (
            <Stack gap={0}>
              <span>{option.label}</span>
              <Text size="xs" opacity={0.75} component="span">
                {words(option.value).about}
              </Text>
            </Stack>
          )}
        />
        {needs !== "no" && (
          <PropertyPicker
            items={items}
            aggregate={aggregate}
            optional={needs === "optional"}
            disabled={!event.name}
            value={draft.property}
            onChange={(property) => edit({ ...draft, property })}
          />
        )}
        <Text size="sm">{t`over the event`}</Text>
        <NamePicker
          label={t`Event`}
          placeholder={t`event`}
          items={names.data?.items ?? []}
          value={event.name}
          onChange={(name) => edit(withEvent(draft, name))}
        />
        <WindowFields
          window={event.window}
          onChange={(window) => edit({ ...draft, event: { ...event, window } }, "window")}
        />
        <ChannelField
          channel={event.channel}
          onChange={(channel) => edit({ ...draft, event: { ...event, channel } })}
        />
      </Group>
      {event.name && (
        <WhereFields
          items={items}
          where={event.where ?? []}
          without={MOVING_OPERATORS}
          onChange={(where) => edit({ ...draft, event: { ...event, where } }, "where")}
        />
      )}
    </Stack>
  );
}

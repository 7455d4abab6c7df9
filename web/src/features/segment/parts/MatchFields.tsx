/** "Order Completed on: Web, where category is sneakers": which events, with what belongs to them in between. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { eventNamesQuery, eventPropertiesQuery } from "@/api/query";
import type { EventMatch } from "@/api/types";
import { NamePicker } from "@/ui/conditions/NamePicker";
import { WhereFields } from "@/ui/conditions/WhereFields";
import { ChannelField } from "@/ui/conditions/WindowFields";

type Props<T extends EventMatch> = {
  match: T;
  onChange: (match: T) => void;
  /** Behind the name, such as how often and when. */
  children?: ReactNode;
  /** What can be done with the line. */
  tools?: ReactNode;
};

export function MatchFields<T extends EventMatch>({ match, onChange, children, tools }: Props<T>) {
  const { t } = useLingui();
  const names = useQuery(eventNamesQuery);
  const properties = useQuery(eventPropertiesQuery(match.name));
  return (
    <>
      <NamePicker
        label={t`Event`}
        placeholder={t`event`}
        items={names.data?.items ?? []}
        value={match.name}
        onChange={(name) => onChange({ ...match, name, where: name === match.name ? match.where : [] })}
      />
      {children}
      <ChannelField channel={match.channel} onChange={(channel) => onChange({ ...match, channel })} />
      {tools}
      {match.name && (
        <WhereFields
          items={properties.data?.items ?? []}
          where={match.where ?? []}
          onChange={(where) => onChange({ ...match, where })}
        />
      )}
    </>
  );
}

/** What uses something: segments and computed traits, as links. */
import { useLingui } from "@lingui/react/macro";
import { List, Text } from "@mantine/core";
import { AppLink } from "@/ui/links";
import { paths } from "./paths";

export type Use = { kind: "segment" | "computed_trait"; id: string; name: string };

const hrefOf = ({ kind, id }: Use) => (kind === "segment" ? paths.segment(id) : paths.computedTrait(id));

export const UseLink = ({ use }: { use: Use }) => (
  <AppLink size="sm" to={hrefOf(use)}>
    {use.name}
  </AppLink>
);

export function UseList({ uses, label }: { uses: Use[]; label?: string }) {
  const { t } = useLingui();
  return (
    <List size="sm" aria-label={label}>
      {uses.map((use) => (
        <List.Item key={use.id}>
          <UseLink use={use} />{" "}
          <Text span size="sm" c="dimmed">
            {use.kind === "segment" ? t`Segment` : t`Computed trait`}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}

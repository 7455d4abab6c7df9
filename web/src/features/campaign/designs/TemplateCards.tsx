/** The templates saved in this workspace, each with what can be done with it; says how to make one while there is none. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconTemplate } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCan } from "@/lib/session";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { templatesQuery } from "../queries";
import { DesignCard, Picture } from "./DesignCard";
import { type Design, GALLERY_COLUMNS, templateDesign } from "./designs";
import { TemplateMenu } from "./TemplateMenu";

type Props = { value?: string | null; onChoose: (design: Design) => void };

export function TemplateCards({ value, onChoose }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("content.write");
  const templates = useInfiniteQuery(templatesQuery);
  const items = templates.data?.pages.flatMap((page) => page.items);
  return (
    <QueryView query={{ ...templates, data: items }}>
      {(list) =>
        list.length === 0 ? (
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <IconTemplate size={22} aria-hidden style={{ flexShrink: 0, opacity: 0.7 }} />
            <Text size="sm" c="dimmed" maw="70ch">
              <Trans>
                None yet. When an e-mail is worth using again, choose “Save as template” below its body: subject, sender
                and body are kept here, for everybody in this workspace.
              </Trans>
            </Text>
          </Group>
        ) : (
          <Stack gap="sm">
            <SimpleGrid cols={GALLERY_COLUMNS} spacing="sm" role="group" aria-label={t`Your templates`}>
              {list.map((template) => {
                const design = templateDesign(template);
                return (
                  <DesignCard
                    key={design.key}
                    name={template.name}
                    note={
                      <Trans>
                        Changed <Time at={template.updated_at} />
                      </Trans>
                    }
                    chosen={value === design.key}
                    onChoose={() => onChoose(design)}
                    menu={mayWrite && <TemplateMenu template={template} />}
                  >
                    <Picture name={template.name} message={template.message} />
                  </DesignCard>
                );
              })}
            </SimpleGrid>
            {templates.hasNextPage && (
              <Button
                variant="default"
                size="xs"
                style={{ alignSelf: "flex-start" }}
                loading={templates.isFetchingNextPage}
                onClick={() => void templates.fetchNextPage()}
              >
                <Trans>Load more</Trans>
              </Button>
            )}
          </Stack>
        )
      }
    </QueryView>
  );
}

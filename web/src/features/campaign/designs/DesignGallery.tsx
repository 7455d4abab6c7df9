/** Everything an e-mail can begin with: templates saved in this workspace, then the designs that come with it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Stack, Title } from "@mantine/core";
import { IconFile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/ui/states";
import { startersQuery } from "../queries";
import { DesignCard, Picture } from "./DesignCard";
import { type Design, GALLERY_COLUMNS, starterDesign } from "./designs";
import classes from "./designs.module.css";
import { useStarterWords } from "./starter-words";
import { TemplateCards } from "./TemplateCards";

type Props = {
  /** Key of the chosen design; null is the blank one. */
  value?: string | null;
  onChoose: (design: Design | null) => void;
  /** Also offers to begin with nothing. */
  blank?: boolean;
  /** Level of its headings, below that of what it stands in. */
  order?: 2 | 3;
};

export function DesignGallery({ value, onChoose, blank, order = 3 }: Props) {
  const { t } = useLingui();
  const words = useStarterWords();
  const starters = useQuery(startersQuery);
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Title order={order} size="h5">
          <Trans>Your templates</Trans>
        </Title>
        <TemplateCards value={value} onChoose={onChoose} />
      </Stack>
      <Stack gap="xs">
        <Title order={order} size="h5">
          <Trans>Ready designs</Trans>
        </Title>
        <QueryView query={starters}>
          {({ items }) => (
            <SimpleGrid cols={GALLERY_COLUMNS} spacing="sm" role="group" aria-label={t`Ready designs`}>
              {blank && (
                <DesignCard
                  name={t`Blank`}
                  note={t`Begin with nothing.`}
                  chosen={value === null}
                  onChoose={() => onChoose(null)}
                >
                  <Box className={classes.blank}>
                    <IconFile size={32} aria-hidden />
                  </Box>
                </DesignCard>
              )}
              {items.map((starter) => {
                const design = starterDesign(starter);
                const { name, about } = words(starter);
                return (
                  <DesignCard
                    key={design.key}
                    name={name}
                    note={about}
                    chosen={value === design.key}
                    onChoose={() => onChoose(design)}
                  >
                    <Picture name={name} message={starter.message} />
                  </DesignCard>
                );
              })}
            </SimpleGrid>
          )}
        </QueryView>
      </Stack>
    </Stack>
  );
}
